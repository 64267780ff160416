// Words in the language that is set.  en.ts is the list of keys; es.ts has the same ones, which the
// compiler and test/unit/i18n.test.ts both hold it to.
import { settings, type Language } from '../state/settings';
import { en as enPage } from './en';
import { enLedger } from './en_ledger';
import { es as esPage } from './es';
import { esLedger } from './es_ledger';

const en = { ...enPage, ...enLedger };
const es: Record<Key, string> = { ...esPage, ...esLedger };

export type Key = keyof typeof en;
export const DICTIONARIES: Record<Language, Record<Key, string>> = { en, es };

export function translate(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  return DICTIONARIES[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function t(key: Key, values?: Record<string, string | number>): string {
  return translate(settings.get().language, key, values);
}

/** KEY.one for 1, else KEY.other; both have {n}. */
export function tn(key: Plural, n: number): string {
  return t(`${key}.${n === 1 ? 'one' : 'other'}` as Key, { n });
}
export type Plural = Key extends infer K ? (K extends `${infer P}.one` ? P : never) : never;

/** A key made of what the server says, if there is one; else the server's own word. */
export function tOr(key: string, word: string): string {
  return key in en ? t(key as Key) : word;
}
