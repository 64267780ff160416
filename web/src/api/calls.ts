// The routes the page uses, one line each.
import { Http } from './http';
import type {
  About,
  CheckpointAnswer,
  LayerName,
  LedgerAnswer,
  Looking,
  MapFiles,
  Me,
  Overlay,
  Role,
  Site,
  SiteDetail,
  SitesAnswer,
  Spectrum,
  User,
  VerifyAnswer,
} from './types';

export const http = new Http();

const get = <T>(path: string) => http.ask<T>('GET', path);
const post = <T = void>(path: string, body: unknown = {}) => http.ask<T>('POST', path, body);
const part = encodeURIComponent;
/** Words are left out where none were said. */
const said = (words: string) => (words === '' ? {} : { words });

export const api = {
  about: () => get<About>('/api/about'),
  me: () => get<Me>('/api/me'),
  setup: (token: string, name: string, password: string, roles: Role[]) =>
    post<Me>('/api/setup', { token, name, password, roles }),
  login: (name: string, password: string, code: string) =>
    post<Me>('/api/login', code === '' ? { name, password } : { name, password, code }),
  logout: () => post('/api/logout'),
  logoutEverywhere: () => post('/api/logout-everywhere'),
  newPassword: (password: string, next: string) => post<Me>('/api/me/password', { password, new: next }),
  enrolCode: (password: string) => post<{ secret: string; uri: string }>('/api/me/code', { password }),
  confirmCode: (code: string) => post('/api/me/code/confirm', { code }),
  removeCode: (password: string, code: string) => post('/api/me/code/remove', { password, code }),
  mapKey: (days: number) => post<{ key: string; name: string; ends: string }>('/api/me/map-key', { days }),

  sites: (next = '/api/sites?limit=10000&reasons=0') => get<SitesAnswer>(next),
  site: (name: string) => get<SiteDetail>(`/api/sites/${part(name)}`),
  spectrum: (plume: number) => get<Spectrum>(`/api/plumes/${plume}/spectrum`),
  overlays: (flight: number) => get<{ overlays: Overlay[] }>(`/api/flights/${flight}/overlays`),

  confirm: (site: string, version: string, words: string) =>
    post<{ sites: Site[] }>('/api/decisions/confirm', { site, version, ...said(words) }),
  anotherPass: (site: string, version: string, words: string) =>
    post<{ sites: Site[] }>('/api/decisions/another-pass', { site, version, ...said(words) }),
  reject: (sites: { site: string; version: string }[], reason: string, words: string) =>
    post<{ sites: Site[] }>('/api/decisions/reject', { sites, reason, words }),
  undo: (site: string, words: string) => post<{ sites: Site[] }>('/api/decisions/undo', { site, ...said(words) }),

  look: (site: string | null) => http.ask<void>('PUT', '/api/presence', { site }),
  looking: () => get<{ looking: Looking[] }>('/api/presence'),

  layer: (name: LayerName) => get<GeoJSON.FeatureCollection>(`/api/layers/${name}`),
  mapFiles: () => get<MapFiles>('/api/map'),

  ledger: (from?: number, limit = 100) =>
    get<LedgerAnswer>(`/api/ledger?${from === undefined ? '' : `from=${from}&`}limit=${limit}`),
  checkpoint: () => get<CheckpointAnswer>('/api/ledger/checkpoint'),
  entryProof: (number: number) => get<{ proof: string }>(`/api/ledger/entries/${number}/proof`),
  growthProof: (since: number) => get<{ proof: string }>(`/api/ledger/growth?since=${since}`),
  verifyLedger: () => post<VerifyAnswer>('/api/ledger/verify'),

  users: () => get<{ users: User[] }>('/api/users'),
  addUser: (name: string, roles: Role[], password: string) => post('/api/users', { name, roles, password }),
  endUser: (name: string) => post(`/api/users/${part(name)}/end`),
  setPassword: (name: string, password: string) => post(`/api/users/${part(name)}/password`, { password }),
  logoutUser: (name: string) => post(`/api/users/${part(name)}/logout`),
  removeUserCode: (name: string) => post(`/api/users/${part(name)}/code/remove`),
};
