// The desk: the queue at work.  What the views call, what the keyboard calls, and what the live
// line changes, all end here, so that there is one place where a site becomes another.
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import type { Site, SiteDetail } from '../api/types';
import {
  EMPTY_QUEUE,
  differences,
  neighbour,
  withChanged,
  withFilter,
  withMark,
  withSites,
  type Filter,
  type Queue,
} from './queue';
import { session, isReader } from './session';
import { Store } from './store';

/** Somebody changed the site that is open. */
export interface News {
  by: string;
  what: string;
  at: string;
  reason: string;
  words: string;
  differ: (keyof Site)[];
  before: Site;
}

export interface Desk {
  queue: Queue;
  loading: boolean;
  /** Code of the error that the list could not be loaded for, or ''. */
  failed: string;
  at: string | null;
  flightsSince: number;
  looking: ReadonlyMap<string, readonly string[]>;
  detail: SiteDetail | null;
  detailFailed: string;
  news: News | null;
  /** Which plume's spectrum is shown; null: the most certain one that has one. */
  plume: number | null;
  /** Raised when flights or known sources are others: the map loads them again. */
  mapVersion: number;
}

export const desk = new Store<Desk>({
  queue: EMPTY_QUEUE,
  loading: false,
  failed: '',
  at: null,
  flightsSince: 0,
  looking: new Map(),
  detail: null,
  detailFailed: '',
  news: null,
  plume: null,
  mapVersion: 0,
});

/** What the next site's evidence was when it was fetched ahead. */
let ahead: { name: string; detail: Promise<SiteDetail> } | null = null;
let loads = 0;
/** The version that an act of this page made of a site: no news to who did it. */
const ours = new Map<string, string>();
/** Who runs through the queue with a key held down loads only where they rest. */
const REST_MS = 90;
let chosenAt = 0;
let resting: ReturnType<typeof setTimeout> | undefined;

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'fault';
}

/** All sites, page by page. */
export async function loadSites(): Promise<void> {
  if (!isReader(session.get().me)) return;
  const mine = ++loads;
  desk.set({ loading: true });
  try {
    const sites: Site[] = [];
    let answer = await api.sites();
    for (;;) {
      sites.push(...answer.sites);
      if (answer.next === null) break;
      answer = await api.sites(answer.next);
    }
    if (mine !== loads) return;
    ahead = null;
    const looking = new Map(sites.filter((s) => s.looking?.length).map((s) => [s.site, s.looking ?? []]));
    desk.set({
      queue: withSites(desk.get().queue, sites),
      loading: false,
      failed: '',
      at: answer.at,
      flightsSince: answer.flights_since,
      looking,
    });
    const { selected } = desk.get().queue;
    if (selected !== null) await openSite(selected, true);
    else if (desk.get().detail === null) selectBy(1);
  } catch (error) {
    if (mine === loads) desk.set({ loading: false, failed: codeOf(error) });
  }
}

export function clearDesk(): void {
  loads++;
  ahead = null;
  ours.clear();
  desk.set({ queue: EMPTY_QUEUE, detail: null, news: null, looking: new Map(), failed: '', loading: false });
}

export function select(name: string | null): void {
  const { queue } = desk.get();
  if (name === queue.selected) return;
  desk.set({ queue: { ...queue, selected: name }, news: null, plume: null, detailFailed: '' });
  clearTimeout(resting);
  const now = Date.now();
  const running = now - chosenAt < REST_MS;
  chosenAt = now;
  if (name === null) desk.set({ detail: null });
  else if (running) resting = setTimeout(() => void openSite(name, false), REST_MS);
  else void openSite(name, false);
}

export function selectBy(by: 1 | -1): void {
  const name = neighbour(desk.get().queue, by);
  if (name !== null) select(name);
}

/** Loads the evidence of the selected site; again: it is open already, and may be another now. */
async function openSite(name: string, again: boolean): Promise<void> {
  const fetched = !again && ahead?.name === name ? ahead.detail : api.site(name);
  ahead = null;
  try {
    const detail = await fetched;
    if (desk.get().queue.selected !== name) return;
    const before = desk.get().detail;
    if (again && before?.site.site === name) tellOfChange(before.site, detail.site);
    desk.set({ detail, detailFailed: '', queue: withChanged(desk.get().queue, [detail.site]) });
    fetchAhead();
  } catch (error) {
    if (desk.get().queue.selected === name) desk.set({ detailFailed: codeOf(error) });
  }
}

function fetchAhead(): void {
  const name = neighbour(desk.get().queue, 1);
  if (name === null || ahead?.name === name) return;
  const detail = api.site(name);
  detail.catch(() => undefined);
  ahead = { name, detail };
}

function tellOfChange(before: Site, now: Site): void {
  if (before.version === now.version || ours.get(now.site) === now.version) return;
  const decided = now.decided && now.decided.at > (before.decided?.at ?? '') ? now.decided : null;
  const differ = differences(before, now);
  if (!decided && differ.length === 0) return;
  const nobody = { by: '', what: '', at: '', reason: '', words: '' };
  desk.set({ news: { ...(decided ?? nobody), differ, before } });
}

export function reopen(): void {
  const { selected } = desk.get().queue;
  if (selected !== null) void openSite(selected, true);
}

export function setFilter(patch: Partial<Filter>): void {
  desk.set({ queue: withFilter(desk.get().queue, patch) });
}

export function mark(name: string, on: boolean): void {
  desk.set({ queue: withMark(desk.get().queue, name, on) });
}

export function markAllShown(on: boolean): void {
  const { queue } = desk.get();
  desk.set({ queue: { ...queue, marked: on ? new Set(queue.shown.slice(0, 1000)) : new Set() } });
}

/** Sites as the server says they are now; by our own act, or by others. */
export function takeIn(sites: readonly Site[], own = false): void {
  if (own) for (const site of sites) ours.set(site.site, site.version);
  const { queue, detail } = desk.get();
  if (ahead && sites.some((site) => site.site === ahead?.name)) ahead = null;
  desk.set({ queue: withChanged(queue, sites) });
  if (detail && sites.some((site) => site.site === detail.site.site)) reopen();
}

/** After a site is decided: the one that comes next, or none. */
export function moveOn(from: string): void {
  const { queue } = desk.get();
  if (queue.selected !== from) return;
  const next = neighbour(queue, 1) ?? neighbour(queue, -1);
  if (next !== null) select(next);
}

export function siteOf(name: string): Site | undefined {
  return desk.get().queue.sites.get(name);
}
