// Colours of the map, those of the rest of the page (style/page.css).
import { colourOf } from '../style/colours';

export interface Colours {
  water: string;
  land: string;
  border: string;
  grid: string;
  ink: string;
  halo: string;
  territory: string;
  known: string;
  flight: string;
  footprint: string;
  error: string;
  selected: string;
  states: Record<string, string>;
}

export function coloursOf(element: Element): Colours {
  const get = (name: string) => colourOf(element, name);
  const state = (name: string) => [name, get(`--state-${name}`)] as const;
  return {
    water: get('--map-water'),
    land: get('--map-land'),
    border: get('--map-border'),
    grid: get('--map-grid'),
    ink: get('--map-ink'),
    halo: get('--map-halo'),
    territory: get('--map-territory'),
    known: get('--map-known'),
    flight: get('--map-flight'),
    footprint: get('--map-footprint'),
    error: get('--map-error'),
    selected: get('--map-selected'),
    states: Object.fromEntries(
      ['candidate', 'another-pass', 'rejected', 'confirmed', 'released', 'recalled', 'expired'].map(state),
    ),
  };
}
