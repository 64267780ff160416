// What the server says, name for name (GET /api/openapi.json).  Units are in the names.

export type Role = 'analyst' | 'releaser' | 'overseer' | 'partner' | 'admin';

export const STATES = [
  'candidate',
  'another-pass',
  'rejected',
  'confirmed',
  'released',
  'recalled',
  'expired',
] as const;
export type State = (typeof STATES)[number];

export interface About {
  program: string;
  version: string;
  kind: string;
  exercise: boolean;
  setup_needed: boolean;
  time: string;
}

export interface Me {
  name: string;
  roles: Role[];
  csrf: string;
  has_code: boolean;
  session_ends: string;
  casebook: { title: string; kind: string; exercise: boolean; created: string };
  version: string;
  reject_reasons: string[];
  states: string[];
}

export interface Ellipse {
  major_m: number;
  minor_m: number;
  azimuth_deg: number;
}

export type Reason =
  | { code: 'real'; probability: number; words: string }
  | { code: 'stacked'; passes: number; by_itself: boolean; words: string }
  | { code: 'seen-once'; words: string }
  | { code: 'may-be-known'; words: string }
  | { code: 'seen'; seen: number; of: number; words: string }
  | { code: 'best-q'; q_value: number; of: 'plume' | 'sum'; words: string }
  | { code: 'emits'; now: number; share: number; low: number; high: number; words: string }
  | { code: 'rate'; kg_h: number; sigma_kg_h: number; words: string }
  | { code: 'known'; name: string; gas: string; share: number; words: string };

export interface Decided {
  by: string;
  what: string;
  at: string;
  reason: string;
  words: string;
}

export interface Site {
  site: string;
  version: string;
  state: State;
  gas: string;
  longitude: number;
  latitude: number;
  ellipse: Ellipse | null;
  position_sigma_m: number | null;
  probability: number;
  active: number;
  on_share: number;
  on_share_90: [number, number];
  emission_kg_h: number | null;
  emission_sigma_kg_h: number | null;
  least_q_value: number;
  first_seen: string | null;
  last_seen: string | null;
  plumes: number;
  passes_seen: number;
  passes_missed: number;
  single_plumes: number;
  passes_stacked: number;
  rank: number;
  known_source: { name: string; share: number } | null;
  decided: Decided | null;
  looking?: string[];
  reasons?: Reason[];
}

export interface SitesAnswer {
  exercise: boolean;
  at: string | null;
  flights_since: number;
  counts: Record<string, number>;
  offset: number;
  next: string | null;
  sites: Site[];
}

export interface Pass {
  flight: string;
  flight_id: number;
  time: string | null;
  seen: boolean;
  plume: string | null;
  plume_id: number | null;
  q_value: number | null;
  emission_kg_h: number | null;
  emission_sigma_kg_h: number | null;
  mean_ppmm: number | null;
  limit_ppmm: number | null;
  limit_kg_h: number | null;
  valid: number | null;
  chance: number | null;
  weight: number | null;
}

export interface Plume {
  id: number;
  name: string;
  flight: string;
  flight_id: number;
  time: string | null;
  gas: string;
  q_value: number;
  snr: number;
  peak_ppmm: number | null;
  mean_ppmm: number | null;
  sigma_ppmm: number | null;
  pixels: number;
  emission_kg_h: number | null;
  emission_sigma_kg_h: number | null;
  longitude: number | null;
  latitude: number | null;
  position_sigma_m: number | null;
  ellipse: Ellipse | null;
  probability: number | null;
  alternatives: { gas: string; probability: number }[];
  stack: boolean;
  spectrum: boolean;
  geometry: GeoJSON.Geometry | null;
}

export interface HistoryEntry {
  at: string;
  person: string;
  what: string;
  reason: string;
  words: string;
  partner: string;
  entry: number | null;
  undone: boolean;
}

export interface Near {
  name: string;
  gases: string[];
  distance_m: number;
}

export interface SiteDetail {
  site: Site;
  can: { confirm: boolean; reject: boolean; another_pass: boolean; undo: boolean };
  passes: Pass[];
  plumes: Plume[];
  history: HistoryEntry[];
  near: Near[];
}

export interface Spectrum {
  plume: number;
  gas: string;
  wavelength_um: number[];
  excess: (number | null)[];
  fit: (number | null)[];
  residual: (number | null)[];
  alternatives: { gas: string; probability: number; fit: (number | null)[] | null }[];
}

export interface Overlay {
  gas: string;
  kind: string;
  url: string;
  bounds: [number, number, number, number];
  least: number;
  most: number;
}

export interface MapFiles {
  files: { path: string; nbytes: number; type: string }[];
  hillshade: { url: string; bounds: [number, number, number, number] } | null;
}

export type LayerName = 'territories' | 'known' | 'flights';

export interface LedgerEntry {
  number: number;
  who: string;
  by: string;
  what: string;
  when: string;
  why?: string | null;
  mandate?: string | null;
  object: Record<string, unknown>;
}

export interface LedgerAnswer {
  size: number;
  origin: string;
  entries: LedgerEntry[];
  next: string | null;
}

export interface CheckpointAnswer {
  size: number;
  root: string;
  origin: string;
  note: string;
  kept: { size: number; note: string; signatures: string[] }[];
}

export interface VerifyAnswer {
  entries: number;
  good: boolean;
  root: string;
  origin: string;
  checkpoints: number;
  findings: string[];
}

export interface User {
  name: string;
  roles: Role[];
  ended: boolean;
  has_code: boolean;
  sessions: number;
  locked_s: number;
}

export interface Looking {
  site: string;
  people: string[];
}
