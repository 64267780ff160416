// Shapes for the map out of numbers: ellipses of error, a grid, boxes.

export type Box = [west: number, south: number, east: number, north: number];
const M_PER_DEGREE = 111_320;

/** The ring of an ellipse; azimuth is that of the major axis, clockwise from north. */
export function ellipseRing(
  longitude: number,
  latitude: number,
  majorM: number,
  minorM: number,
  azimuthDeg: number,
  points = 64,
): [number, number][] {
  const turn = (azimuthDeg * Math.PI) / 180;
  const perLongitude = M_PER_DEGREE * Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  const ring: [number, number][] = [];
  for (let i = 0; i <= points; i++) {
    const angle = (2 * Math.PI * (i % points)) / points;
    const along = majorM * Math.cos(angle);
    const across = minorM * Math.sin(angle);
    const north = along * Math.cos(turn) - across * Math.sin(turn);
    const east = along * Math.sin(turn) + across * Math.cos(turn);
    ring.push([longitude + east / perLongitude, latitude + north / M_PER_DEGREE]);
  }
  return ring;
}

/** Standard deviations of two dimensions within which 95 % lie: sqrt(-2 ln 0.05). */
export const WITHIN_95 = 2.4477;

const STEPS = [90, 45, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002];

/** The coarsest step that still gives about 'lines' lines over 'spanDeg'. */
export function gridStep(spanDeg: number, lines = 4): number {
  return STEPS.find((step) => spanDeg / step >= lines) ?? 0.0001;
}

export interface Grid {
  lines: GeoJSON.FeatureCollection;
  labels: GeoJSON.FeatureCollection;
}

/** Meridians and parallels over a box, with their degrees at its lower and left edges. */
export function gridOver(box: Box, step: number): Grid {
  const [west, south, east, north] = box;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const lines: GeoJSON.Feature[] = [];
  const labels: GeoJSON.Feature[] = [];
  const add = (from: number[], to: number[], at: number[], text: string, anchor: string) => {
    lines.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [from, to] } });
    labels.push({ type: 'Feature', properties: { text, anchor }, geometry: { type: 'Point', coordinates: at } });
  };
  for (let i = Math.ceil(west / step); i * step <= east && lines.length < 200; i++) {
    const x = i * step;
    add([x, south], [x, north], [x, south], `${x.toFixed(decimals)}°`, 'bottom');
  }
  for (let i = Math.ceil(Math.max(-85, south) / step); i * step <= Math.min(85, north) && lines.length < 200; i++) {
    const y = i * step;
    add([west, y], [east, y], [west, y], `${y.toFixed(decimals)}°`, 'left');
  }
  return {
    lines: { type: 'FeatureCollection', features: lines },
    labels: { type: 'FeatureCollection', features: labels },
  };
}

/** The box around positions, with room of a share of its size and a least size. */
export function boxAround(points: Iterable<readonly [number, number]>, room = 0.1, leastDeg = 0.002): Box | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  if (west > east) return null;
  const padX = Math.max(room * (east - west), (leastDeg - (east - west)) / 2);
  const padY = Math.max(room * (north - south), (leastDeg - (north - south)) / 2);
  return [west - padX, south - padY, east + padX, north + padY];
}

/** Every position of a geometry. */
export function* positionsOf(geometry: GeoJSON.Geometry | null): Generator<readonly [number, number]> {
  if (geometry === null) return;
  if (geometry.type === 'GeometryCollection') {
    for (const one of geometry.geometries) yield* positionsOf(one);
    return;
  }
  yield* flat(geometry.coordinates as unknown[]);
}

function* flat(list: unknown[]): Generator<readonly [number, number]> {
  if (typeof list[0] === 'number') {
    yield [list[0], list[1] as number];
    return;
  }
  for (const one of list) yield* flat(one as unknown[]);
}
