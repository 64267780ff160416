// Numbers, moments and places as people read them.  A value never shows more digits than its
// uncertainty allows; times are UTC, always, for two posts in two zones speak of the same moment.
import type { Language } from '../state/settings';

const made = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = made.get(key);
  if (!found) made.set(key, (found = new Intl.NumberFormat(language, options)));
  return found;
}

export function fixed(language: Language, value: number, decimals: number): string {
  return formatter(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
}

export function significant(language: Language, value: number, digits = 2): string {
  return formatter(language, { maximumSignificantDigits: digits }).format(value);
}

export function whole(language: Language, value: number): string {
  return formatter(language, { maximumFractionDigits: 0 }).format(value);
}

/** Two decimals.  Nothing here is certain or impossible, whatever the last digit says. */
export function probability(language: Language, p: number): string {
  if (p > 0.995) return `> ${fixed(language, 0.99, 2)}`;
  if (p < 0.005) return `< ${fixed(language, 0.01, 2)}`;
  return fixed(language, p, 2);
}

export function percent(language: Language, share: number): string {
  return formatter(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

export function qValue(language: Language, q: number): string {
  return q < 0.001 ? `< ${fixed(language, 0.001, 3)}` : significant(language, q, 2);
}

/** 12.3 ± 4.1: sigma to two digits, the value to the same decimals. */
export function measured(language: Language, value: number | null, sigma: number | null, unit: string): string {
  if (value === null) return '–';
  if (sigma === null || !(sigma > 0)) return `${significant(language, value, 3)} ${unit}`;
  const decimals = Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(sigma))));
  return `${fixed(language, value, decimals)} ± ${fixed(language, sigma, decimals)} ${unit}`;
}

export function distance(language: Language, m: number): string {
  if (m < 1000) return `${significant(language, m, 2)} m`;
  return `${significant(language, m / 1000, 3)} km`;
}

/** 2026-05-04 10:30 UTC */
export function moment(iso: string | null): string {
  const parts = iso === null ? null : /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso);
  return parts ? `${parts[1]} ${parts[2]} UTC` : '–';
}

/** 34.28712° N 118.19350° W; in Spanish west is O. */
export function place(language: Language, longitude: number, latitude: number): string {
  const west = language === 'es' ? 'O' : 'W';
  const degrees = (v: number) => Math.abs(v).toFixed(5);
  return `${degrees(latitude)}° ${latitude < 0 ? 'S' : 'N'} ${degrees(longitude)}° ${longitude < 0 ? west : 'E'}`;
}
