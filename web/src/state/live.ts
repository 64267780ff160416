// What the line to the server brings, and what is done with it.
import { api } from '../api/calls';
import { EventLine, type LineState, type ServerEvent } from '../api/event_stream';
import { t, tn } from '../i18n';
import { desk, loadSites, takeIn } from './desk';
import { notify } from './notices';
import { isReader, leave, session } from './session';
import { Store } from './store';

export interface Live {
  line: LineState;
  /** When it was lost, milliseconds since 1970; 0: it is not. */
  lostAt: number;
  /** Raised with every entry of the ledger, and every change of an account, that is told of. */
  ledger: number;
  users: number;
}

export const live = new Store<Live>({ line: 'connecting', lostAt: 0, ledger: 0, users: 0 });

let changed = new Set<string>();
let changedTimer: ReturnType<typeof setTimeout> | undefined;
let reloadTimer: ReturnType<typeof setTimeout> | undefined;
/** More sites than this at once are loaded as a whole list. */
const ONE_BY_ONE = 20;

const line = new EventLine({
  path: '/api/events',
  onEvent: take,
  onState(state) {
    const before = live.get();
    if (state === 'connecting' && before.line === 'lost') return;
    live.set({ line: state, lostAt: state === 'lost' ? before.lostAt || Date.now() : 0 });
    if (state === 'ended') leave('session');
  },
});

/**
 * The queue is loaded once the line is there, so that nothing is decided unheard between the two;
 * without a line it is loaded all the same, after a moment.
 */
const PATIENCE_MS = 1500;
let loaded = false;
let patience: ReturnType<typeof setTimeout> | undefined;

function loadOnce(): void {
  clearTimeout(patience);
  if (loaded) return;
  loaded = true;
  void loadSites();
}

export function startLive(): void {
  loaded = false;
  desk.set({ loading: true });
  patience = setTimeout(loadOnce, PATIENCE_MS);
  line.start();
  addEventListener('online', retry);
}

export function stopLive(): void {
  clearTimeout(patience);
  line.stop();
  removeEventListener('online', retry);
}

export function retry(): void {
  line.retryNow();
}

function reloadSoon(): void {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => void loadSites(), 150);
}

function changedSoon(site: string): void {
  changed.add(site);
  clearTimeout(changedTimer);
  changedTimer = setTimeout(() => {
    const names = [...changed];
    changed = new Set();
    if (names.length > ONE_BY_ONE) return void loadSites();
    for (const name of names) {
      api
        .site(name)
        .then((detail) => takeIn([detail.site]))
        .catch(() => reloadSoon());
    }
  }, 60);
}

function take(event: ServerEvent): void {
  const data = (event.data ?? {}) as Record<string, unknown>;
  const me = session.get().me;
  switch (event.name) {
    case 'hello':
      loadOnce();
      break;
    case 'reset':
      reloadSoon();
      break;
    case 'site':
      if (isReader(me)) changedSoon(String(data['site']));
      break;
    case 'sites':
      notify('news', tn('live.sites', Number(data['sites'])));
      reloadSoon();
      break;
    case 'known':
      desk.set({ mapVersion: desk.get().mapVersion + 1 });
      reloadSoon();
      break;
    case 'flight':
      desk.set({ mapVersion: desk.get().mapVersion + 1, flightsSince: desk.get().flightsSince + 1 });
      notify('news', t('live.flight', { flight: String(data['flight']), n: Number(data['plumes']) }));
      break;
    case 'presence': {
      const looking = new Map(desk.get().looking);
      const others = (data['people'] as string[]).filter((name) => name !== me?.name);
      if (others.length > 0) looking.set(String(data['site']), others);
      else looking.delete(String(data['site']));
      desk.set({ looking });
      break;
    }
    case 'user':
      live.set({ users: live.get().users + 1 });
      break;
    case 'ledger':
      live.set({ ledger: live.get().ledger + 1 });
      break;
  }
}
