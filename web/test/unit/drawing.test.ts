import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pass } from '../../src/api/types';
import { heightOf, layPasses } from '../../src/chart/passes_layout';
import { boxAround, ellipseRing, gridOver, gridStep, positionsOf } from '../../src/map/geometry';
import { readSettings } from '../../src/state/settings';
import { parseRoute } from '../../src/state/route';

function pass(time: string, seen: boolean, more: Partial<Pass> = {}): Pass {
  return {
    flight: 'f',
    flight_id: 1,
    time,
    seen,
    plume: null,
    plume_id: null,
    q_value: null,
    emission_kg_h: null,
    emission_sigma_kg_h: null,
    mean_ppmm: seen ? 50 : null,
    limit_ppmm: 10,
    limit_kg_h: null,
    valid: 1,
    chance: 0.9,
    weight: 1,
    ...more,
  };
}

test('passes: columns in order, days marked, one unit for all', () => {
  const layout = layPasses([
    pass('2026-05-04T10:30:00Z', true),
    pass('2026-05-04T14:00:00Z', false),
    pass('2026-05-05T10:30:00Z', true),
  ]);
  assert.equal(layout.unit, 'ppm·m');
  assert.deepEqual(
    layout.columns.map((c) => c.newDay),
    [true, false, true],
  );
  assert.deepEqual(
    layout.columns.map((c) => c.strength),
    [50, null, 50],
  );
  assert.deepEqual(
    layout.columns.map((c) => c.limit),
    [10, 10, 10],
  );
  assert.ok(layout.ticks.length >= 2);
  for (const value of [10, 50]) assert.ok(heightOf(layout, value) > 0 && heightOf(layout, value) < 1);
  assert.ok(heightOf(layout, 50) > heightOf(layout, 10));
});

test('passes: kg/h where both strength and limit have it', () => {
  const one = pass('2026-05-04T10:30:00Z', true, { emission_kg_h: 12, emission_sigma_kg_h: 3, limit_kg_h: 4 });
  const layout = layPasses([one, pass('2026-05-04T10:40:00Z', false, { limit_kg_h: 5 })]);
  assert.equal(layout.unit, 'kg/h');
  assert.deepEqual(
    layout.columns.map((c) => [c.strength, c.sigma, c.limit]),
    [
      [12, 3, 4],
      [null, null, 5],
    ],
  );
});

test('passes: none, and none with a number', () => {
  assert.equal(layPasses([]).columns.length, 0);
  assert.ok(layPasses([pass('2026-05-04T10:30:00Z', true, { mean_ppmm: null, limit_ppmm: null })]).most > 0);
});

test('an ellipse has its axes where they are said to be', () => {
  const ring = ellipseRing(-3.7, 40, 100, 20, 90, 4);
  const east = ((ring[0]?.[0] ?? 0) + 3.7) * 111_320 * Math.cos((40 * Math.PI) / 180);
  assert.ok(Math.abs(east - 100) < 0.01, 'azimuth 90: the major axis points east');
  assert.ok(Math.abs((ring[0]?.[1] ?? 0) - 40) < 1e-9);
  assert.deepEqual(ring[0], ring[4]);
});

test('the grid has about as many lines as asked for, with whole degrees', () => {
  assert.equal(gridStep(0.008), 0.002);
  const grid = gridOver([-3.721, 40.3095, -3.712, 40.3155], 0.002);
  assert.deepEqual(grid.labels.features.map((f) => f.properties?.['text']).slice(0, 2), ['-3.720°', '-3.718°']);
  assert.ok(grid.lines.features.length < 20);
  assert.ok(gridOver([-180, -85, 180, 85], gridStep(170)).lines.features.length < 40);
});

test('boxes and positions', () => {
  assert.equal(boxAround([]), null);
  assert.deepEqual(
    boxAround(
      [
        [0, 0],
        [10, 20],
      ],
      0,
    ),
    [0, 0, 10, 20],
  );
  const small = boxAround([[5, 5]]);
  assert.ok(small && small[2] - small[0] > 0.001, 'one place has a box too');
  const geometry: GeoJSON.Geometry = {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      ],
      [
        [
          [5, 5],
          [6, 5],
          [6, 6],
          [5, 5],
        ],
      ],
    ],
  };
  assert.equal([...positionsOf(geometry)].length, 8);
  assert.equal([...positionsOf(null)].length, 0);
});

test('settings: the browser’s language, and nothing that is broken', () => {
  assert.equal(readSettings(null, ['fr', 'es-MX', 'en']).language, 'es');
  assert.equal(readSettings(null, ['de']).language, 'en');
  assert.equal(readSettings('{"language":"es","theme":"dark","keys":false}', ['en']).theme, 'dark');
  for (const broken of ['{', '7', 'null', '{"language":"xx","theme":1,"layers":{"grid":"no"}}']) {
    assert.deepEqual(readSettings(broken, ['en']), readSettings(null, ['en']), broken);
  }
});

test('places in the address', () => {
  assert.deepEqual(parseRoute('#/sites/ammonia-3f'), { place: 'review', site: 'ammonia-3f' });
  assert.deepEqual(parseRoute('#/ledger'), { place: 'ledger', site: null });
  assert.deepEqual(parseRoute('#/nowhere'), { place: 'review', site: null });
});
