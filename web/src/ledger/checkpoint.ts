// A checkpoint: what the ledger was at one size (C2SP tlog-checkpoint, a signed note), with the
// signatures of its keeper and of witnesses (C2SP tlog-cosignature), checked with WebCrypto's
// Ed25519 where the browser has it.
//
//     vaho-ledger/0123456789abcdef0123456789abcdef       origin
//     42                                                 entries
//     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=       root
//
//     — vaho-ledger/0123... base64(key id, Ed25519)             the keeper's
//     — south base64(key id, time, Ed25519)                     a witness's
import { fromBase64 } from './bytes';
import { sha256, type Hash } from './merkle';

export interface Signature {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Hash;
  /** What is signed: the first lines, the newline at their end too. */
  text: string;
  signatures: Signature[];
}

export function parseCheckpoint(note: string): Checkpoint | null {
  const cut = note.indexOf('\n\n');
  const text = cut < 0 ? note : note.slice(0, cut + 1);
  const lines = text.split('\n');
  const [origin, count, root64] = lines;
  if (!origin || !count || !root64 || !/^(0|[1-9]\d{0,15})$/.test(count)) return null;
  const root = fromBase64(root64);
  if (!root || root.length !== 32) return null;
  const signatures: Signature[] = [];
  for (const line of cut < 0 ? [] : note.slice(cut + 2).split('\n')) {
    if (line === '') continue;
    const parts = /^\u2014 (\S+) (\S+)$/.exec(line);
    const bytes = parts && fromBase64(parts[2] ?? '');
    if (!parts || !bytes) return null;
    signatures.push({ name: parts[1] ?? '', bytes });
  }
  return { origin, size: Number(count), root, text, signatures };
}

export type Signed = 'good' | 'wrong' | 'absent' | 'unable';

const KEEPER = 1;
const WITNESS = 4;

/**
 * Did this key (32 bytes) sign it, as keeper under the name of the origin, or as the witness
 * 'name'?  'unable': this browser has no Ed25519.
 */
export async function verifySigned(
  checkpoint: Checkpoint,
  key: Uint8Array<ArrayBuffer>,
  name = checkpoint.origin,
): Promise<Signed> {
  const encoder = new TextEncoder();
  const kind = name === checkpoint.origin ? KEEPER : WITNESS;
  const id = (await sha256(encoder.encode(`${name}\n`), Uint8Array.of(kind), key)).slice(0, 4);
  const found = checkpoint.signatures.find(
    (s) =>
      s.name === name && s.bytes.length === (kind === KEEPER ? 68 : 76) && id.every((byte, i) => byte === s.bytes[i]),
  );
  if (!found) return 'absent';
  let said = checkpoint.text;
  if (kind === WITNESS) {
    const time = new DataView(found.bytes.buffer).getBigUint64(4);
    said = `cosignature/v1\ntime ${time}\n${said}`;
  }
  try {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    const good = await crypto.subtle.verify('Ed25519', imported, found.bytes.slice(-64), encoder.encode(said));
    return good ? 'good' : 'wrong';
  } catch {
    return 'unable';
  }
}
