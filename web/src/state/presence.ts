// Tells the server which site this person looks at, so that others see it; renewed while the page
// is in front, and taken back when it is not.
import { api } from '../api/calls';
import { desk } from './desk';
import { isReader, session } from './session';

const RENEW_MS = 30_000;

export function startPresence(): () => void {
  let said: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = () => {
    clearTimeout(timer);
    if (!isReader(session.get().me)) return;
    const site = document.visibilityState === 'visible' ? desk.get().queue.selected : null;
    if (site === null && said === null) return;
    said = site;
    api.look(site).catch(() => undefined);
    if (site !== null) timer = setTimeout(say, RENEW_MS);
  };
  const soon = () => {
    if (desk.get().queue.selected === said) return;
    clearTimeout(timer);
    timer = setTimeout(say, 300);
  };
  const stop = desk.subscribe(soon);
  document.addEventListener('visibilitychange', say);
  say();
  return () => {
    clearTimeout(timer);
    stop();
    document.removeEventListener('visibilitychange', say);
  };
}
