// Where one is in the page: #/review, #/sites/NAME, #/ledger, #/users, #/account.
import { Store } from './store';

export type Place = 'review' | 'ledger' | 'users' | 'account';
export interface Route {
  place: Place;
  site: string | null;
}

export function parseRoute(hash: string): Route {
  const [place, name] = hash.replace(/^#\/?/, '').split('/');
  if (place === 'sites' && name) return { place: 'review', site: decodeURIComponent(name) };
  if (place === 'ledger' || place === 'users' || place === 'account') return { place, site: null };
  return { place: 'review', site: null };
}

export const route = new Store<Route>(parseRoute(typeof location === 'undefined' ? '' : location.hash));

export function followRoute(): () => void {
  const look = () => route.set(parseRoute(location.hash));
  addEventListener('hashchange', look);
  look();
  return () => removeEventListener('hashchange', look);
}

/** Without a step in the browser's history: j and k are not places to go back to. */
export function showSiteInRoute(site: string | null): void {
  if (parseRoute(location.hash).place !== 'review') return; // on the way elsewhere, perhaps before the event of it
  history.replaceState(null, '', site === null ? '#/review' : `#/sites/${encodeURIComponent(site)}`);
}
