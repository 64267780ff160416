// Deciding.  A decision carries the version of the evidence that was on the screen; when the
// server says that it is another by now, nothing was changed, and who looks is shown what is new.
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import type { Site } from '../api/types';
import { t, tn, tOr } from '../i18n';
import { gasName, shortSite } from '../text/gases';
import { desk, moveOn, select, siteOf, takeIn } from './desk';
import { notify } from './notices';
import { session } from './session';
import { Store } from './store';

export type Dialog =
  | { kind: 'confirm' | 'another-pass' | 'undo'; site: Site }
  | { kind: 'reject'; sites: Site[]; bulk: boolean }
  | { kind: 'conflict'; before: Site[]; now: Site[] }
  | { kind: 'help' };

export const dialogs = new Store<{ open: Dialog | null; sending: boolean; error: string }>({
  open: null,
  sending: false,
  error: '',
});

/** What this person decided since the page was opened, latest last. */
const mine: string[] = [];

/** Whoever comes next at this page starts afresh. */
export function forgetDecisions(): void {
  mine.length = 0;
  closeDialog();
}

export function openDialog(dialog: Dialog): void {
  dialogs.set({ open: dialog, sending: false, error: '' });
}

export function closeDialog(): void {
  dialogs.set({ open: null, sending: false, error: '' });
}

export type Verb = 'confirm' | 'reject' | 'another-pass' | 'undo';

/** Opens the dialog of a verb for the site on the screen, if it may be done now; else says why not. */
export function ask(verb: Verb): void {
  const { detail, queue } = desk.get();
  if (!session.get().me?.roles.includes('analyst')) return notify('error', t('decide.role'));
  if (verb === 'undo') return askUndo();
  if (verb === 'reject' && queue.marked.size > 0) {
    const sites = [...queue.marked].map(siteOf).filter((site) => site !== undefined);
    return openDialog({ kind: 'reject', sites, bulk: true });
  }
  if (!detail || detail.site.site !== queue.selected) return;
  const { site, can } = detail;
  const may = verb === 'confirm' ? can.confirm : verb === 'reject' ? can.reject : can.another_pass;
  if (!may) {
    return notify('error', t('decide.edge', { state: t(`state.${site.state}`), verb: t(`verb.${verb}`) }));
  }
  openDialog(verb === 'reject' ? { kind: verb, sites: [site], bulk: false } : { kind: verb, site });
}

/** The slip of the site on the screen, if it is one's own; else one's latest. */
function askUndo(): void {
  const { detail } = desk.get();
  if (detail?.can.undo) return openDialog({ kind: 'undo', site: detail.site });
  const last = mine[mine.length - 1];
  const site = last === undefined ? undefined : siteOf(last);
  if (!site) return notify('error', t('decide.nothing.undo'));
  select(site.site);
  openDialog({ kind: 'undo', site });
}

async function send(sites: Site[], call: () => Promise<{ sites: Site[] }>): Promise<Site[] | null> {
  if (dialogs.get().sending) return null;
  dialogs.set({ sending: true, error: '' });
  try {
    const answer = await call();
    closeDialog();
    takeIn(answer.sites, true);
    return answer.sites;
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'fault';
    const now = error instanceof ApiError ? (error.more['sites'] as Site[] | undefined) : undefined;
    if ((code === 'version' || code === 'edge') && now) {
      takeIn(now);
      const changed = now.filter((site) => sites.find((s) => s.site === site.site)?.version !== site.version);
      openDialog({ kind: 'conflict', before: sites, now: changed.length > 0 ? changed : now });
    } else {
      dialogs.set({ sending: false, error: tOr(`error.${code}`, String((error as Error).message)) });
    }
    return null;
  }
}

function nameOf(site: Site): string {
  return `${gasName(site.gas)} ${shortSite(site.site)}`;
}

export async function confirm(site: Site, words: string): Promise<void> {
  done('confirm', site, await send([site], () => api.confirm(site.site, site.version, words)));
}

export async function anotherPass(site: Site, words: string): Promise<void> {
  done('another-pass', site, await send([site], () => api.anotherPass(site.site, site.version, words)));
}

function done(verb: 'confirm' | 'another-pass' | 'reject', site: Site, changed: Site[] | null): void {
  if (!changed) return;
  mine.push(site.site);
  notify('done', t(`done.${verb}`, { site: nameOf(site) }), {
    label: t('verb.undo'),
    run: () => openDialog({ kind: 'undo', site: siteOf(site.site) ?? site }),
  });
  moveOn(site.site);
}

export async function reject(sites: Site[], reason: string, words: string): Promise<void> {
  const pairs = sites.map(({ site, version }) => ({ site, version }));
  const changed = await send(sites, () => api.reject(pairs, reason, words));
  const first = sites[0];
  if (!changed || !first) return;
  if (sites.length === 1) return done('reject', first, changed);
  for (const site of sites) mine.push(site.site);
  notify('done', tn('done.bulk', sites.length));
  const { selected } = desk.get().queue;
  if (selected !== null && sites.some((site) => site.site === selected)) moveOn(selected);
}

export async function undo(site: Site, words: string): Promise<void> {
  const changed = await send([site], () => api.undo(site.site, words));
  if (!changed) return;
  const at = mine.lastIndexOf(site.site);
  if (at >= 0) mine.splice(at, 1);
  notify('done', t('done.undo', { site: nameOf(site) }));
  select(site.site);
}
