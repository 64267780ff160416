// Merkle proofs of RFC 9162, 2.1.3 and 2.1.4, checked in the browser, so that an overseer need
// not take the server's word.  SHA-256 of WebCrypto; a leaf is H(0x00 entry), a node
// H(0x01 left right).

export type Hash = Uint8Array<ArrayBuffer>;

export async function sha256(...parts: Uint8Array[]): Promise<Hash> {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export function leafHash(entry: Uint8Array): Promise<Hash> {
  return sha256(Uint8Array.of(0), entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Hash> {
  return sha256(Uint8Array.of(1), left, right);
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === 32 && b.length === 32 && a.every((byte, i) => byte === b[i]);
}

/** True when the leaf with this hash is number 'index' of the tree of 'size' leaves with this root. */
export async function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): Promise<boolean> {
  if (!isCount(index) || !isCount(size) || index >= size || leaf.length !== 32) return false;
  if (proof.some((hash) => hash.length !== 32)) return false;
  let fn = index;
  let sn = size - 1;
  let r: Uint8Array = leaf;
  for (const p of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = await nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      r = await nodeHash(r, p);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && sameHash(r, root);
}

/** True when the tree of 'size2' leaves begins with that of 'size1': it only grew. */
export async function verifyGrowth(
  size1: number,
  root1: Uint8Array,
  size2: number,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<boolean> {
  if (!isCount(size1) || !isCount(size2) || size1 > size2 || size1 === 0) return false;
  if (root1.length !== 32 || root2.length !== 32 || proof.some((hash) => hash.length !== 32)) return false;
  if (size1 === size2) return proof.length === 0 && sameHash(root1, root2);
  const power = Number.isInteger(Math.log2(size1));
  const path = power ? [root1, ...proof] : [...proof];
  const first = path.shift();
  if (!first || path.length === 0) return false;
  let fn = size1 - 1;
  let sn = size2 - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let fr: Uint8Array = first;
  let sr: Uint8Array = first;
  for (const c of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = await nodeHash(c, fr);
      sr = await nodeHash(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = await nodeHash(sr, c);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && sameHash(fr, root1) && sameHash(sr, root2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}
