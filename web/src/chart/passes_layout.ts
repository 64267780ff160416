// Where each pass stands in the chart of passes: one column a pass, in order of time (the passes of
// a campaign come in bunches, on an axis of time they would lie on each other), strengths on a
// logarithmic axis.  A pass that saw the site has a strength; any pass that looked has a limit:
// what it would have found half the time.
import type { Pass } from '../api/types';

export interface Column {
  pass: Pass;
  strength: number | null;
  sigma: number | null;
  limit: number | null;
  /** First pass of its day. */
  newDay: boolean;
}

export interface PassesLayout {
  unit: 'kg/h' | 'ppm·m';
  columns: Column[];
  least: number;
  most: number;
  /** Powers of ten (and their halves, where few) to draw lines at. */
  ticks: number[];
}

export function layPasses(passes: readonly Pass[]): PassesLayout {
  const inKg = passes.some((p) => p.seen && p.emission_kg_h !== null) && passes.some((p) => p.limit_kg_h !== null);
  let day = '';
  const columns = passes.map((pass): Column => {
    const today = pass.time?.slice(0, 10) ?? '';
    const newDay = today !== day;
    day = today;
    return {
      pass,
      strength: pass.seen ? (inKg ? pass.emission_kg_h : pass.mean_ppmm) : null,
      sigma: pass.seen && inKg ? pass.emission_sigma_kg_h : null,
      limit: inKg ? pass.limit_kg_h : pass.limit_ppmm,
      newDay,
    };
  });
  const all = columns.flatMap((c) => [c.strength, c.limit]).filter((v): v is number => v !== null && v > 0);
  const least = all.length === 0 ? 0.1 : Math.min(...all) / 1.8;
  const most = all.length === 0 ? 10 : Math.max(...all) * 1.8;
  return { unit: inKg ? 'kg/h' : 'ppm·m', columns, least, most, ticks: ticksOf(least, most) };
}

function ticksOf(least: number, most: number): number[] {
  const steps = Math.log10(most / least) > 2.2 ? [1] : Math.log10(most / least) > 1 ? [1, 3] : [1, 2, 5];
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= least && value <= most) out.push(Number(value.toPrecision(1)));
    }
  }
  return out;
}

/** 0 at the least, 1 at the most. */
export function heightOf(layout: PassesLayout, value: number): number {
  const v = Math.min(layout.most, Math.max(layout.least, value));
  return Math.log(v / layout.least) / Math.log(layout.most / layout.least);
}
