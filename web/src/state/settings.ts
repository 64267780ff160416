// What a person set on this machine: language, theme, what the map shows.  Kept by the browser.
import { Store } from './store';

export type Language = 'en' | 'es';
export type Theme = 'system' | 'light' | 'dark';
export const MAP_LAYERS = ['hillshade', 'overlay', 'territories', 'known', 'flights', 'footprints', 'grid'] as const;
export type MapLayer = (typeof MAP_LAYERS)[number];

export interface Settings {
  language: Language;
  theme: Theme;
  layers: Record<MapLayer, boolean>;
  /** Single keys act at once; those who speak to their machine may not want that (WCAG 2.1.4). */
  keys: boolean;
}

const NAME = 'vaho.settings';

export function readSettings(stored: string | null, languages: readonly string[]): Settings {
  const wanted = languages.find((l) => /^(en|es)\b/i.test(l)) ?? 'en';
  const fresh: Settings = {
    language: wanted.toLowerCase().startsWith('es') ? 'es' : 'en',
    theme: 'system',
    layers: {
      hillshade: true,
      overlay: false,
      territories: true,
      known: true,
      flights: false,
      footprints: true,
      grid: true,
    },
    keys: true,
  };
  let kept: Partial<Settings> | null = null;
  try {
    kept = JSON.parse(stored ?? 'null') as Partial<Settings> | null;
  } catch {
    // what cannot be read is as if it was not there
  }
  if (!kept || typeof kept !== 'object') return fresh;
  if (kept.language === 'en' || kept.language === 'es') fresh.language = kept.language;
  if (kept.theme === 'light' || kept.theme === 'dark') fresh.theme = kept.theme;
  if (typeof kept.keys === 'boolean') fresh.keys = kept.keys;
  for (const name of MAP_LAYERS) {
    const shown = kept.layers?.[name];
    if (typeof shown === 'boolean') fresh.layers[name] = shown;
  }
  return fresh;
}

function stored(): string | null {
  try {
    return globalThis.localStorage?.getItem(NAME) ?? null;
  } catch {
    return null;
  }
}

export const settings = new Store<Settings>(
  readSettings(stored(), typeof navigator === 'undefined' ? [] : navigator.languages),
);

/** Puts the theme and the language on the document, and keeps them. */
export function applySettings(): void {
  const apply = () => {
    const now = settings.get();
    document.documentElement.lang = now.language;
    if (now.theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = now.theme;
    try {
      localStorage.setItem(NAME, JSON.stringify(now));
    } catch {
      // a browser that keeps nothing: as set until the page is closed
    }
  };
  settings.subscribe(apply);
  apply();
}
