// The sign of a state: a shape and a colour, so that no one needs the colour.  The same paths are
// drawn in lists and on the map (map/icons.ts).
import type { State } from '../api/types';
import { t } from '../i18n';

/** Paths in a box of 16; filled or stroked. */
export const SHAPES: Record<State, { path: string; fill: boolean }> = {
  candidate: { path: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z', fill: true },
  'another-pass': { path: 'M8 3a5 5 0 1 0 5 5M8 .8L10.6 3 8 5.4', fill: false },
  rejected: { path: 'M4 4l8 8M12 4l-8 8', fill: false },
  confirmed: { path: 'M2.6 8.6l3.6 3.8 7-8.2', fill: false },
  released: { path: 'M8 2l6 11.5H2z', fill: true },
  recalled: { path: 'M8 14L2 2.5h12z', fill: false },
  expired: { path: 'M3 2.5h10L3 13.5h10z', fill: false },
};

export function StateIcon({ state }: { state: State }) {
  const shape = SHAPES[state];
  return (
    <svg
      class={`state ${state}`}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      role="img"
      aria-label={t(`state.${state}`)}
    >
      <path
        d={shape.path}
        fill={shape.fill ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width={shape.fill ? 0 : 2.4}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A probability as a bar; the number stands beside it. */
export function Bar({ value, kind }: { value: number; kind: string }) {
  return (
    <span class={`bar ${kind}`} aria-hidden="true">
      <span style={{ width: `${Math.round(100 * value)}%` }} />
    </span>
  );
}
