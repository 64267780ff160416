// The base map: land and borders of the world at 1:50 million, from Natural Earth by way of npm's
// world-atlas, as plain GeoJSON.  Three decimals of a degree are 110 m; the scale itself is
// coarser than that.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature, mesh } from 'topojson-client';

const require = createRequire(import.meta.url);

/** Coordinates to three decimals; points that then fall together are one. */
function rounded(line) {
  const out = [];
  for (const [x, y] of line) {
    const point = [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000];
    const last = out[out.length - 1];
    if (!last || last[0] !== point[0] || last[1] !== point[1]) out.push(point);
  }
  return out;
}

export async function worldLayers() {
  const atlas = JSON.parse(await readFile(require.resolve('world-atlas/countries-50m.json'), 'utf8'));
  const land = feature(atlas, atlas.objects.land);
  const polygons = [];
  for (const one of land.features ?? [land]) {
    const parts = one.geometry.type === 'Polygon' ? [one.geometry.coordinates] : one.geometry.coordinates;
    for (const rings of parts) {
      const kept = rings.map(rounded).filter((ring) => ring.length >= 4);
      if (kept.length > 0) polygons.push(kept);
    }
  }
  const lines = mesh(atlas, atlas.objects.countries, (a, b) => a !== b).coordinates.map(rounded);
  return {
    land: { type: 'MultiPolygon', coordinates: polygons },
    borders: { type: 'MultiLineString', coordinates: lines.filter((line) => line.length >= 2) },
  };
}
