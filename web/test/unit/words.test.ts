import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reason } from '../../src/api/types';
import { distance, measured, moment, place, probability, qValue } from '../../src/text/format';
import { gasIn, shortSite } from '../../src/text/gases';
import { reasonText } from '../../src/text/reasons';

test('probabilities are never rounded to certainty', () => {
  assert.equal(probability('en', 0.9999), '> 0.99');
  assert.equal(probability('en', 1), '> 0.99');
  assert.equal(probability('en', 0.0001), '< 0.01');
  assert.equal(probability('en', 0), '< 0.01');
  assert.equal(probability('es', 0.934), '0,93');
});

test('a value has the digits that its error allows', () => {
  assert.equal(measured('en', 12.345, 4.1, 'kg/h'), '12.3 ± 4.1 kg/h');
  assert.equal(measured('en', 1234.5, 120, 'kg/h'), '1,235 ± 120 kg/h');
  assert.equal(measured('es', 0.2712, 0.2, 'kg/h'), '0,27 ± 0,20 kg/h');
  assert.equal(measured('en', 12.345, null, 'kg/h'), '12.3 kg/h');
  assert.equal(measured('en', null, null, 'kg/h'), '–');
});

test('q-values, distances, moments, places', () => {
  assert.equal(qValue('en', 0.00004), '< 0.001');
  assert.equal(qValue('en', 0.0312), '0.031');
  assert.equal(distance('en', 320.4), '320 m');
  assert.equal(distance('es', 1540), '1,54 km');
  assert.equal(moment('2026-05-04T10:30:00Z'), '2026-05-04 10:30 UTC');
  assert.equal(moment(null), '–');
  assert.equal(place('en', -118.1935, 34.28712), '34.28712° N 118.19350° W');
  assert.equal(place('es', -118.1935, -34.28712), '34.28712° S 118.19350° O');
});

test('gases by the names people use', () => {
  assert.equal(gasIn('en', 'sulfur_dioxide'), 'sulfur dioxide');
  assert.equal(gasIn('es', 'sulfur_dioxide'), 'dióxido de azufre');
  assert.equal(gasIn('es', 'cfc12'), 'cfc12');
  assert.equal(shortSite('sulfur_dioxide-be563aafdf3be2dd'), 'be56');
});

test('reasons in both languages; a new one is not swallowed', () => {
  const known: Reason = { code: 'known', name: 'North dairy', gas: 'ammonia', share: 0.8, words: '' };
  assert.equal(
    reasonText('en', known),
    '80% of its place lies in the area of North dairy, licensed for ammonia: ranked down',
  );
  assert.match(reasonText('es', known), /North dairy.*amoníaco/);
  assert.equal(reasonText('en', { code: 'real', probability: 0.93, words: '' }), 'probably real (0.93)');
  assert.equal(
    reasonText('en', { code: 'best-q', q_value: 0.02, of: 'sum', words: '' }),
    'its most certain sum has a q-value of 0.02',
  );
  const stranger = { code: 'something-new', words: 'said by a later server' } as unknown as Reason;
  assert.equal(reasonText('es', stranger), 'said by a later server');
});
