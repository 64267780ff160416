// Short words that pass: what was done, who did something meanwhile.  Read out, and gone after a while.
import { Store } from './store';

export interface Notice {
  id: number;
  kind: 'done' | 'news' | 'error';
  text: string;
  /** Something to do about it. */
  action?: { label: string; run: () => void };
}

export const notices = new Store<{ list: readonly Notice[] }>({ list: [] });
let next = 1;

export function notify(kind: Notice['kind'], text: string, action?: Notice['action']): void {
  const id = next++;
  const notice: Notice = { id, kind, text, ...(action ? { action } : {}) };
  notices.set({ list: [...notices.get().list.slice(-3), notice] });
  setTimeout(() => dismiss(id), kind === 'error' ? 20_000 : 10_000);
}

export function dismiss(id: number): void {
  notices.set({ list: notices.get().list.filter((notice) => notice.id !== id) });
}
