/** A set of small integers as 32-bit words. */
export type Bits = Uint32Array;

/** The integers below a size for which something holds. */
export function bitsOf(size: number, isIn: (index: number) => boolean): Bits {
  const bits = new Uint32Array((size + 31) >>> 5);
  for (let index = 0; index < size; index++)
    if (isIn(index)) bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
  return bits;
}

/** Adds an integer. */
export function setBit(bits: Bits, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
}

/** Whether an integer is in it. */
export function hasBit(bits: Bits, index: number): boolean {
  return ((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
}

/** `target` keeps only what `other` has too. */
export function intersectInto(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & (other[word] ?? 0);
}

/** `target` keeps only what `other` does not have. */
export function removeFrom(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & ~(other[word] ?? 0);
}

/** Whether nothing is in it. */
export function isEmpty(bits: Bits): boolean {
  for (let word = 0; word < bits.length; word++) if (bits[word] !== 0) return false;
  return true;
}

/** Whether two sets share anything. */
export function haveCommon(a: Bits, b: Bits): boolean {
  for (let word = 0; word < a.length; word++) if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return true;
  return false;
}

/** Members in ascending order. */
export function members(bits: Bits): number[] {
  const found: number[] = [];
  for (let word = 0; word < bits.length; word++) {
    let rest = bits[word] ?? 0;
    while (rest !== 0) {
      const low = rest & -rest;
      found.push(word * 32 + (31 - Math.clz32(low)));
      rest ^= low;
    }
  }
  return found;
}

/** A text that equal sets share. */
export function bitsKey(bits: Bits): string {
  return bits.join(" ");
}
