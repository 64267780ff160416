// Who is here.  The cookie is the browser's alone; what is kept is what the server says of it.
import { api, http } from '../api/calls';
import { ApiError } from '../api/http';
import type { About, Me, Role } from '../api/types';
import { Store } from './store';

export interface Session {
  /** 'gone': the server did not answer yet. */
  phase: 'loading' | 'gone' | 'setup' | 'out' | 'in';
  about: About | null;
  me: Me | null;
  /** Of the set-up link. */
  token: string;
  /** Why one is out: '' or the code of an error. */
  why: string;
}

export const session = new Store<Session>({ phase: 'loading', about: null, me: null, token: '', why: '' });

http.onSessionEnd = () => {
  if (session.get().phase === 'in') leave('session');
};

export function enter(me: Me): void {
  http.csrf = me.csrf;
  session.set({ phase: 'in', me, token: '', why: '' });
}

export function leave(why = ''): void {
  http.csrf = '';
  session.set({ phase: 'out', me: null, why });
}

export function hasRole(me: Me | null, ...roles: Role[]): boolean {
  return me !== null && roles.some((role) => me.roles.includes(role));
}

/** Analysts, releasers and overseers see sites; an admin or a partner for being that does not. */
export function isReader(me: Me | null): boolean {
  return hasRole(me, 'analyst', 'releaser', 'overseer');
}

/** First of all: is there a server, an account, a session? */
export async function begin(): Promise<void> {
  const token = /^#setup=(.+)$/.exec(location.hash)?.[1] ?? '';
  if (token !== '') history.replaceState(null, '', location.pathname);
  try {
    const about = await api.about();
    session.set({ about, token });
    if (token !== '' && about.setup_needed) {
      session.set({ phase: 'setup' });
      return;
    }
    const me = await api.me();
    enter(me);
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'fault';
    if (code === 'session') session.set({ phase: 'out', why: token === '' ? '' : 'setup' });
    else session.set({ phase: 'gone', token });
  }
}

/** A set-up link may be opened in a window where the page is open already. */
export function followSetUpLink(): void {
  addEventListener('hashchange', () => {
    if (session.get().phase !== 'in' && location.hash.startsWith('#setup=')) void begin();
  });
}

/** After something of the account changed. */
export async function refreshMe(): Promise<void> {
  enter(await api.me());
}
