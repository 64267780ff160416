// The analyst's queue: every site there is, in the server's order, and which of them are shown,
// selected and marked.  Pure functions over plain values; desk.ts puts them to work.
import type { Site, State } from '../api/types';

export interface Filter {
  states: readonly State[];
  gas: string;
  /** Least probability that a site is real. */
  least: number;
  /** Sites that a known source explains are left out. */
  hideKnown: boolean;
  text: string;
}

/** What is left to judge: what a person starts with. */
export const TO_JUDGE: readonly State[] = ['candidate', 'another-pass'];

export const FIRST_FILTER: Filter = { states: TO_JUDGE, gas: '', least: 0, hideKnown: false, text: '' };

export interface Queue {
  /** Every site's name, best first. */
  order: readonly string[];
  sites: ReadonlyMap<string, Site>;
  filter: Filter;
  /** What of order fits the filter. */
  shown: readonly string[];
  selected: string | null;
  /** For a rejection of many. */
  marked: ReadonlySet<string>;
}

export const EMPTY_QUEUE: Queue = {
  order: [],
  sites: new Map(),
  filter: FIRST_FILTER,
  shown: [],
  selected: null,
  marked: new Set(),
};

export function fits(site: Site, filter: Filter): boolean {
  if (filter.states.length > 0 && !filter.states.includes(site.state)) return false;
  if (filter.gas !== '' && site.gas !== filter.gas) return false;
  if (site.probability < filter.least) return false;
  if (filter.hideKnown && site.known_source) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  const about = [
    site.site,
    site.gas.replaceAll('_', ' '),
    site.known_source?.name ?? '',
    site.decided?.by ?? '',
    site.decided?.words ?? '',
  ];
  return about.some((one) => one.toLowerCase().includes(text));
}

function again(queue: Queue): Queue {
  const shown = queue.order.filter((name) => {
    const site = queue.sites.get(name);
    return site !== undefined && fits(site, queue.filter);
  });
  const there = new Set(shown);
  const marked = new Set([...queue.marked].filter((name) => there.has(name)));
  return { ...queue, shown, marked };
}

export function withSites(queue: Queue, sites: readonly Site[]): Queue {
  const map = new Map(sites.map((site) => [site.site, site]));
  const selected = queue.selected !== null && map.has(queue.selected) ? queue.selected : null;
  return again({ ...queue, order: sites.map((site) => site.site), sites: map, selected });
}

/** Nothing that a list or the map shows is otherwise: reasons come with the evidence alone. */
function sameRow(a: Site | undefined, b: Site): boolean {
  const row = (site: Site | undefined) => JSON.stringify({ ...site, reasons: null, looking: null });
  return a !== undefined && a.version === b.version && a.active === b.active && row(a) === row({ ...a, ...b });
}

/** Some sites as they are now; a site not seen before goes to its place by rank. */
export function withChanged(queue: Queue, all: readonly Site[]): Queue {
  const changed = all.filter((site) => !sameRow(queue.sites.get(site.site), site));
  if (changed.length === 0) return queue;
  const sites = new Map(queue.sites);
  const order = [...queue.order];
  for (const site of changed) {
    if (!sites.has(site.site)) {
      const at = order.findIndex((name) => (sites.get(name)?.rank ?? 0) < site.rank);
      order.splice(at < 0 ? order.length : at, 0, site.site);
    }
    sites.set(site.site, { ...sites.get(site.site), ...site });
  }
  return again({ ...queue, order, sites });
}

export function withFilter(queue: Queue, patch: Partial<Filter>): Queue {
  return again({ ...queue, filter: { ...queue.filter, ...patch } });
}

export function withMark(queue: Queue, name: string, on: boolean): Queue {
  const marked = new Set(queue.marked);
  if (on) marked.add(name);
  else marked.delete(name);
  return { ...queue, marked };
}

/**
 * The row 'by' rows on from the selected one.  A selected site that is not shown any more (it was
 * just decided) stands between the rows where it was: next is what came after it.
 */
export function neighbour(queue: Queue, by: 1 | -1): string | null {
  const { shown, selected, order } = queue;
  if (shown.length === 0) return null;
  if (selected === null) return (by > 0 ? shown[0] : shown[shown.length - 1]) ?? null;
  const at = shown.indexOf(selected);
  if (at >= 0) return shown[at + by] ?? null;
  const place = new Map(order.map((name, i) => [name, i]));
  const here = place.get(selected) ?? -1;
  if (by > 0) return shown.find((name) => (place.get(name) ?? 0) > here) ?? null;
  return [...shown].reverse().find((name) => (place.get(name) ?? 0) < here) ?? null;
}

export function gasesOf(queue: Queue): string[] {
  return [...new Set([...queue.sites.values()].map((site) => site.gas))].sort();
}

export function countsOf(queue: Queue): Record<State, number> {
  const counts = { candidate: 0, 'another-pass': 0, rejected: 0, confirmed: 0, released: 0, recalled: 0, expired: 0 };
  for (const site of queue.sites.values()) counts[site.state] += 1;
  return counts;
}

/** What is otherwise in the evidence since a person looked; the names of the fields that differ. */
export function differences(before: Site, now: Site): (keyof Site)[] {
  const watched: (keyof Site)[] = [
    'state',
    'probability',
    'active',
    'plumes',
    'passes_seen',
    'passes_missed',
    'least_q_value',
    'emission_kg_h',
    'last_seen',
  ];
  return watched.filter((key) => before[key] !== now[key]);
}
