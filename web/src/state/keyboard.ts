// One key, one act.  The table is what acts and what the help lists, so that they cannot differ.
import { ask, closeDialog, dialogs, openDialog } from './decisions';
import { desk, mark, selectBy } from './desk';
import { settings } from './settings';
import type { Key } from '../i18n';

export interface Binding {
  keys: readonly string[];
  label: Key;
  run: () => void;
}

/** Acts of the map and the lists, given by the views while they are there. */
export const hooks: {
  zoomToSite: () => void;
  focusFilter: () => void;
  plumeBy: (by: 1 | -1) => void;
  focusEvidence: () => void;
  toggleOverlay: () => void;
} = {
  zoomToSite: () => undefined,
  focusFilter: () => undefined,
  plumeBy: () => undefined,
  focusEvidence: () => undefined,
  toggleOverlay: () => undefined,
};

function flipMark(): void {
  const { selected, marked } = desk.get().queue;
  if (selected !== null) mark(selected, !marked.has(selected));
}

export const BINDINGS: readonly Binding[] = [
  { keys: ['j', 'ArrowDown'], label: 'key.next', run: () => selectBy(1) },
  { keys: ['k', 'ArrowUp'], label: 'key.previous', run: () => selectBy(-1) },
  { keys: ['c'], label: 'key.confirm', run: () => ask('confirm') },
  { keys: ['r'], label: 'key.reject', run: () => ask('reject') },
  { keys: ['p'], label: 'key.pass', run: () => ask('another-pass') },
  { keys: ['u'], label: 'key.undo', run: () => ask('undo') },
  { keys: ['x'], label: 'key.mark', run: flipMark },
  { keys: ['['], label: 'key.plume.previous', run: () => hooks.plumeBy(-1) },
  { keys: [']'], label: 'key.plume.next', run: () => hooks.plumeBy(1) },
  { keys: ['g'], label: 'key.zoom', run: () => hooks.zoomToSite() },
  { keys: ['o'], label: 'key.overlay', run: () => hooks.toggleOverlay() },
  { keys: ['e'], label: 'key.evidence', run: () => hooks.focusEvidence() },
  { keys: ['/'], label: 'key.filter', run: () => hooks.focusFilter() },
  { keys: ['?'], label: 'key.help', run: () => openDialog({ kind: 'help' }) },
];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Arrows belong to what has the focus: the map pans, a panel scrolls. */
function ownsArrows(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.map, .evidence, nav, [role=tablist], details') !== null;
}

export function startKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (dialogs.get().open) {
      if (event.key === '?' && dialogs.get().open?.kind === 'help') closeDialog();
      return;
    }
    if (isTyping(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    if (!document.querySelector('.review')) return;
    if (event.key.startsWith('Arrow') && ownsArrows(event.target)) return;
    if (!event.key.startsWith('Arrow') && !settings.get().keys) return;
    const binding = BINDINGS.find((one) => one.keys.includes(event.key));
    if (!binding) return;
    event.preventDefault();
    binding.run();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
