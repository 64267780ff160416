// That today's ledger is a growth of a checkpoint that somebody holds, from what the server hands
// out (the body of C2SP tlog-witness's add-checkpoint):
//
//     old 42
//     base64(hash), one a line
//                                                     an empty line
//     a checkpoint
import { fromBase64 } from './bytes';
import { parseCheckpoint, type Checkpoint } from './checkpoint';
import { verifyGrowth } from './merkle';

export type Growth = 'good' | 'malformed' | 'other-ledger' | 'truncated' | 'rewritten';

export async function checkGrowth(held: Checkpoint, text: string): Promise<Growth> {
  const cut = text.indexOf('\n\n');
  const [old, ...rest] = text.slice(0, Math.max(0, cut)).split('\n');
  const now = cut < 0 ? null : parseCheckpoint(text.slice(cut + 2));
  const hashes = rest.map(fromBase64);
  if (!now || !/^old (0|[1-9]\d{0,15})$/.test(old ?? '') || !hashes.every((hash) => hash !== null)) return 'malformed';
  if (now.origin !== held.origin) return 'other-ledger';
  if (now.size < held.size) return 'truncated';
  const good =
    Number((old ?? '').slice(4)) === held.size &&
    (await verifyGrowth(held.size, held.root, now.size, now.root, hashes as Uint8Array[]));
  return good ? 'good' : 'rewritten';
}
