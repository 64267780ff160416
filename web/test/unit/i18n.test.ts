import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DICTIONARIES, translate, type Key } from '../../src/i18n';

const { en, es } = DICTIONARIES;
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

test('both languages have the same keys, and say something', () => {
  assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort());
  for (const [key, text] of [...Object.entries(en), ...Object.entries(es)]) assert.ok(text.trim().length > 0, key);
});

test('what is put in is the same in both', () => {
  for (const key of Object.keys(en) as Key[]) {
    if (key.endsWith('.one')) continue; // the number may be a word there
    assert.deepEqual(places(es[key]), places(en[key]), key);
  }
});

/** Words that are the same in both languages. */
const SAME = new Set<string>([
  'snr',
  'filter.gas',
  'no',
  'real',
  'field.real',
  'field.probability',
  'reject.natural',
  'reason.real',
]);

test('Spanish is not English left over', () => {
  for (const key of Object.keys(en) as Key[]) {
    if (!SAME.has(key)) assert.notEqual(es[key], en[key], key);
  }
});

test('every count has both forms', () => {
  for (const key of Object.keys(en)) {
    if (key.endsWith('.one')) assert.ok(key.replace(/one$/, 'other') in en, key);
    if (key.endsWith('.other') && key !== 'history.other' && key !== 'reject.other')
      assert.ok(key.replace(/other$/, 'one') in en, key);
  }
});

test('every key is used somewhere', () => {
  const folder = path.resolve(process.env['VAHO_WEB'] ?? '', 'src');
  const sources = readdirSync(folder, { recursive: true }) as string[];
  const text = sources
    .filter((name) => /\.tsx?$/.test(name) && !/i18n\/e[ns]/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const made = [...text.matchAll(/`([a-z.]+)\.\$\{/g)].map((m) => `${m[1]}.`);
  for (const key of Object.keys(en)) {
    const plain = key.replace(/\.(one|other)$/, '');
    const used =
      text.includes(`'${key}'`) || text.includes(`'${plain}'`) || made.some((start) => key.startsWith(start));
    assert.ok(used, `${key} is not used`);
  }
});

test('values are put in; one that is missing stays visible', () => {
  assert.equal(translate('en', 'queue.count', { n: 3, of: 12 }), '3 of 12');
  assert.equal(translate('es', 'queue.count', { n: 3, of: 12 }), '3 de 12');
  assert.equal(translate('en', 'queue.count', { n: 3 }), '3 of {of}');
});
