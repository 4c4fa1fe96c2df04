/**
 * The hash of a Go value by its structure, as the library hashstructure v2 (FormatV2) computes it: the drift annotations of NodePools
 * and EC2NodeClasses and the names of launch templates are made of it. Slices count as sets everywhere, which is how Karpenter calls it.
 */
export type GoValue =
  | { readonly kind: "text"; readonly value: string }
  /** An integer or bool of so many bytes. */
  | { readonly kind: "int"; readonly value: bigint; readonly bytes: 1 | 4 | 8 }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, GoValue])[] }
  | { readonly kind: "slice"; readonly items: readonly GoValue[]; readonly isFinished?: boolean }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly GoField[] };

/** A field in the order of declaration. Undefined: not hashed at all (a zero value where those are ignored). */
export type GoField = readonly [name: string, value: GoValue | undefined];

/** A string. */
export const hashText = (value: string): GoValue => ({ kind: "text", value });
/** An int32. */
export const int32 = (value: number): GoValue => ({ kind: "int", value: BigInt(value), bytes: 4 });
/** An int or int64. */
export const int64 = (value: number | bigint): GoValue => ({ kind: "int", value: BigInt(value), bytes: 8 });
/** A bool. */
export const bool = (value: boolean): GoValue => ({ kind: "int", value: value ? 1n : 0n, bytes: 1 });
/** A byte. */
export const byte = (value: number): GoValue => ({ kind: "int", value: BigInt(value), bytes: 1 });
/** A slice, as a set. */
export const slice = (items: readonly GoValue[]): GoValue => ({ kind: "slice", items });
/** A struct with its type name. */
export const struct = (name: string, fields: readonly GoField[]): GoValue => ({ kind: "struct", name, fields });
/** What a nil pointer counts as where its type's zero value does not. */
export const nil: GoValue = int64(0);

/** A map of strings. */
export function textMap(entries: Readonly<Record<string, string>>): GoValue {
  return { kind: "map", entries: Object.entries(entries).map(([key, value]) => [key, hashText(value)]) };
}

/** Nothing for nothing; otherwise the value that `make` gives. Undefined stays undefined. */
export function maybe<T>(value: T | undefined, make: (value: T) => GoValue): GoValue | undefined {
  return value === undefined ? undefined : make(value);
}

/** 64 bits, to be printed in decimal. */
export function structuralHash(value: GoValue): bigint {
  switch (value.kind) {
    case "text":
      return fnv(utf8(value.value));
    case "int":
      return fnv(littleEndian(value.value, value.bytes));
    case "map": {
      let hash = 0n;
      for (const [key, entry] of value.entries) hash ^= ordered(structuralHash(hashText(key)), structuralHash(entry));
      return finished(hash);
    }
    case "slice": {
      let hash = 0n;
      for (const item of value.items) hash ^= structuralHash(item);
      return value.isFinished === true ? finished(hash) : hash;
    }
    case "struct":
      return structOf(value.name, value.fields);
  }
}

// Finished after every field, so that their order counts.
function structOf(name: string, fields: readonly GoField[]): bigint {
  let hash = structuralHash(hashText(name));
  for (const [field, value] of fields) {
    if (value !== undefined) hash = finished(hash ^ ordered(structuralHash(hashText(field)), structuralHash(value)));
  }
  return hash;
}

function ordered(a: bigint, b: bigint): bigint {
  return fnv([...littleEndian(a, 8), ...littleEndian(b, 8)]);
}

function finished(hash: bigint): bigint {
  return fnv(littleEndian(hash, 8));
}

const offsetHigh = 0xcbf29ce4;
const offsetLow = 0x84222325;
/** The prime is 2^40 + 0x1b3. */
const primeLow = 0x1b3;
const word = 2 ** 32;

// FNV-1: multiply, then mix. In two 32-bit halves, because this runs over whole user data texts.
function fnv(bytes: readonly number[]): bigint {
  let high = offsetHigh;
  let low = offsetLow;
  for (const one of bytes) {
    const product = low * primeLow;
    high = (Math.imul(high, primeLow) + Math.trunc(product / word) + (low << 8)) >>> 0;
    low = ((product >>> 0) ^ one) >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

function littleEndian(value: bigint, bytes: number): readonly number[] {
  const unsigned = BigInt.asUintN(bytes * 8, value);
  return Array.from({ length: bytes }, (_, i) => Number((unsigned >> BigInt(8 * i)) & 0xffn));
}

function utf8(value: string): readonly number[] {
  const bytes: number[] = [];
  for (const char of value) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), continuation(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), continuation(code >> 6), continuation(code));
    else bytes.push(0xf0 | (code >> 18), continuation(code >> 12), continuation(code >> 6), continuation(code));
  }
  return bytes;
}

function continuation(code: number): number {
  return 0x80 | (code & 0x3f);
}
