import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { fromBase64, fromHex } from '../../src/ledger/bytes';
import { parseCheckpoint, verifySigned } from '../../src/ledger/checkpoint';
import { checkGrowth } from '../../src/ledger/growth';
import { verifyGrowth, verifyInclusion } from '../../src/ledger/merkle';
import { checkInclusion, parseInclusion } from '../../src/ledger/proof';
import { AT_FIVE, AT_SEVEN, ENTRY_THREE, GROWTH_SINCE_FIVE, KEEPER, SOUTH } from './ledger_samples';

if (!globalThis.crypto) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });

const vectors = path.join(process.env['VAHO_SHARED'] ?? '', 'vectors');
const absent = !existsSync(vectors) && 'VAHO_SHARED has no vectors';
const read = (name: string) => JSON.parse(readFileSync(path.join(vectors, name), 'utf8')) as Record<string, never>[];
const bytes = (text: string | null) => fromBase64(text ?? '') ?? new Uint8Array(0);
const list = (proof: string[] | null) => (proof ?? []).map(bytes);

test('published proofs of inclusion', { skip: absent }, async () => {
  const cases = read('merkle_inclusion.json');
  assert.ok(cases.length > 50);
  for (const one of cases) {
    const good = await verifyInclusion(
      bytes(one['leafHash']!),
      one['leafIdx']!,
      one['treeSize']!,
      list(one['proof']!),
      bytes(one['root']!),
    );
    assert.equal(good, !one['wantErr'], String(one['name']));
  }
});

test('published proofs of growth', { skip: absent }, async () => {
  const cases = read('merkle_consistency.json');
  assert.ok(cases.length > 50);
  for (const one of cases) {
    const good = await verifyGrowth(
      one['size1']!,
      bytes(one['root1']!),
      one['size2']!,
      bytes(one['root2']!),
      list(one['proof']!),
    );
    // one of them passes with roots that are no hashes of SHA-256 ("don't care"); here none does
    assert.equal(good, !one['wantErr'] && bytes(one['root1']!).length === 32, String(one['name']));
  }
});

const shown = {
  ...(JSON.parse(new TextDecoder().decode(parseInclusion(ENTRY_THREE)!.entry)) as object),
  number: 3,
  why: null,
};

test('an entry that vaho proves is proven, and no other', async () => {
  assert.equal((await checkInclusion(ENTRY_THREE, shown)).verdict, 'good');
  assert.equal((await checkInclusion(ENTRY_THREE, { ...shown, number: 4 })).verdict, 'other-entry');
  assert.equal((await checkInclusion(ENTRY_THREE, { ...shown, who: 'another' })).verdict, 'other-entry');
  assert.equal((await checkInclusion(ENTRY_THREE, { ...shown, object: { file: 'b4.gpkg' } })).verdict, 'other-entry');
  assert.equal(
    (await checkInclusion(ENTRY_THREE.replace('index 3', 'index 2'), { ...shown, number: 2 })).verdict,
    'other-entry',
  );
  assert.equal((await checkInclusion(ENTRY_THREE.replace('\n7\n', '\n17\n'), shown)).verdict, 'not-in');
  assert.equal((await checkInclusion(ENTRY_THREE.replace('kgLsfbx', 'kgLsfby'), shown)).verdict, 'not-in');
  assert.equal((await checkInclusion(ENTRY_THREE.replace('\n7\n', '\n3\n'), shown)).verdict, 'newer');
  assert.equal((await checkInclusion(ENTRY_THREE.replace('extra ', 'extra A'), shown)).verdict, 'malformed');
  const changed = ENTRY_THREE.replace('eyJieSI6InN5c3RlbSIs', 'eyJieSI6ImNsYWltIiwg');
  assert.notEqual((await checkInclusion(changed, shown)).verdict, 'good');
});

test('a ledger that only grew, and one that did not', async () => {
  const held = parseCheckpoint(AT_FIVE)!;
  assert.equal(await checkGrowth(held, GROWTH_SINCE_FIVE), 'good');
  assert.equal(
    await checkGrowth({ ...held, root: held.root.map((b, i) => (i === 0 ? b ^ 1 : b)) }, GROWTH_SINCE_FIVE),
    'rewritten',
  );
  assert.equal(await checkGrowth({ ...held, size: 4 }, GROWTH_SINCE_FIVE), 'rewritten');
  assert.equal(await checkGrowth({ ...held, size: 8 }, GROWTH_SINCE_FIVE), 'truncated');
  assert.equal(await checkGrowth({ ...held, origin: 'vaho-ledger/other' }, GROWTH_SINCE_FIVE), 'other-ledger');
  assert.equal(await checkGrowth(held, 'old 5\nnonsense\n'), 'malformed');
});

test('signatures of the keeper and of a witness', async () => {
  const seven = parseCheckpoint(AT_SEVEN)!;
  const [keeper, south] = [fromHex(KEEPER)!, fromHex(SOUTH)!];
  assert.equal(seven.size, 7);
  assert.deepEqual(
    seven.signatures.map((s) => s.name),
    [seven.origin, 'south'],
  );
  assert.equal(await verifySigned(seven, keeper), 'good');
  assert.equal(await verifySigned(seven, south, 'south'), 'good');
  assert.equal(await verifySigned(seven, south), 'absent', 'a witness is not the keeper');
  assert.equal(await verifySigned(seven, keeper, 'south'), 'absent');
  assert.equal(await verifySigned(parseCheckpoint(AT_FIVE)!, south, 'south'), 'absent');
  const edited = parseCheckpoint(AT_SEVEN.replace('\n7\n', '\n6\n'))!;
  assert.equal(await verifySigned(edited, keeper), 'wrong');
  assert.equal(await verifySigned(edited, south, 'south'), 'wrong');
});

test('what is no checkpoint', () => {
  for (const text of [
    '',
    'a\n1\n',
    `a\n01\n${'A'.repeat(43)}=\n`,
    `a\n1\n${'A'.repeat(40)}\n`,
    AT_SEVEN.replace('south f0', 'south f!'),
  ]) {
    assert.equal(parseCheckpoint(text), null, text);
  }
});
