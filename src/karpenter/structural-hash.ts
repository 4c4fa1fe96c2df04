/** The structural hash that Karpenter's drift annotations are made of (hashstructure v2, FormatV2, SlicesAsSets). */
export type Hash = bigint;

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;
const mask = (1n << 64n) - 1n;

function fnv(bytes: Iterable<number>): Hash {
  let hash = offset;
  for (const byte of bytes) hash = ((hash * prime) & mask) ^ BigInt(byte);
  return hash;
}

function littleEndian(value: bigint): number[] {
  const unsigned = BigInt.asUintN(64, value);
  return Array.from({ length: 8 }, (_, at) => Number((unsigned >> BigInt(8 * at)) & 0xffn));
}

/** Hash of a text. */
export function hashText(text: string): Hash {
  return fnv(new TextEncoder().encode(text));
}

/** Hash of a 64-bit integer. */
export function hashInteger(value: bigint): Hash {
  return fnv(littleEndian(value));
}

function ordered(a: Hash, b: Hash): Hash {
  return fnv([...littleEndian(a), ...littleEndian(b)]);
}

function finished(hash: Hash): Hash {
  return fnv(littleEndian(hash));
}

/** Entries in any order. */
export function hashMap(entries: readonly (readonly [string, string])[]): Hash {
  return finished(entries.reduce((hash, [key, value]) => hash ^ ordered(hashText(key), hashText(value)), 0n));
}

/** Elements in any order; equal ones cancel. */
export function hashSet(elements: readonly Hash[]): Hash {
  return elements.reduce((hash, element) => hash ^ element, 0n);
}

/** A field of a struct that is not empty. */
export interface Field {
  readonly name: string;
  readonly value: Hash;
}

/** A field for `hashStruct`. */
export function field(name: string, value: Hash): Field {
  return { name, value };
}

/** Fields in their order of declaration; `false` stands for one that is empty and so left out. */
export function hashStruct(typeName: string, fields: readonly (Field | false)[]): Hash {
  let hash = hashText(typeName);
  for (const one of fields) if (one !== false) hash = finished(hash ^ ordered(hashText(one.name), one.value));
  return hash;
}
