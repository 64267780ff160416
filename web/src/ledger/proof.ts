// That an entry is in the ledger, as the server hands it out (C2SP tlog-proof), checked here:
//
//     c2sp.org/tlog-proof@v1
//     extra base64(the entry's canonical JSON)
//     index 7
//     base64(hash), one a line, from the leaf's sibling up
//                                                     an empty line
//     a checkpoint
//
// The proof is not believed where it merely agrees with itself: its checkpoint must be the one
// that the reader holds, and its entry the one that is on the screen.
import { fromBase64 } from './bytes';
import { parseCheckpoint, type Checkpoint } from './checkpoint';
import { leafHash, verifyInclusion } from './merkle';

export interface InclusionProof {
  entry: Uint8Array<ArrayBuffer>;
  index: number;
  hashes: Uint8Array[];
  checkpoint: Checkpoint;
}

export function parseInclusion(text: string): InclusionProof | null {
  const cut = text.indexOf('\n\n');
  if (cut < 0) return null;
  const [form, extra, index, ...rest] = text.slice(0, cut).split('\n');
  if (form !== 'c2sp.org/tlog-proof@v1' || !extra?.startsWith('extra ')) return null;
  const number = /^index (0|[1-9]\d{0,15})$/.exec(index ?? '')?.[1];
  const entry = fromBase64(extra.slice('extra '.length));
  const hashes = rest.map(fromBase64);
  const checkpoint = parseCheckpoint(text.slice(cut + 2));
  if (!entry || number === undefined || !checkpoint) return null;
  if (!hashes.every((hash) => hash !== null && hash.length === 32)) return null;
  return { entry, index: Number(number), hashes: hashes as Uint8Array[], checkpoint };
}

export type Verdict = 'good' | 'malformed' | 'other-entry' | 'not-in' | 'newer';

/** 'newer': the entry came after the checkpoint, so that nothing can be said of it yet. */
export async function checkInclusion(
  text: string,
  shown: { number: number; [key: string]: unknown },
): Promise<{ verdict: Verdict; proof: InclusionProof | null }> {
  const proof = parseInclusion(text);
  if (!proof) return { verdict: 'malformed', proof };
  let entry: { [key: string]: unknown };
  try {
    entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(proof.entry)) as { [key: string]: unknown };
  } catch {
    return { verdict: 'malformed', proof };
  }
  if (proof.index !== shown.number || !sameEntry(entry, shown)) return { verdict: 'other-entry', proof };
  if (proof.index >= proof.checkpoint.size) return { verdict: 'newer', proof };
  const good = await verifyInclusion(
    await leafHash(proof.entry),
    proof.index,
    proof.checkpoint.size,
    proof.hashes,
    proof.checkpoint.root,
  );
  return { verdict: good ? 'good' : 'not-in', proof };
}

/** All that is shown of an entry is in the one that was proven; null and missing are the same. */
export function sameEntry(proven: { [key: string]: unknown }, shown: { [key: string]: unknown }): boolean {
  const names = ['number', 'who', 'by', 'what', 'when', 'why', 'mandate', 'object'];
  return names.every((name) => written(proven[name]) === written(shown[name]));
}

function written(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${written(one)}`).join(',')}}`;
}
