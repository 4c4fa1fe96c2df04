import type { Taint } from "../kube/objects.ts";
import { parseGoDuration } from "../kube/go-duration.ts";
import { bool, type GoValue, int32, int64, nil, slice, struct, hashText, textMap } from "./structural-hash.ts";

/** How absent fields count: left out (drift hashes) or hashed as Go's zero values (launch template names). */
export interface Absent {
  readonly pointer: GoValue | undefined;
  readonly list: GoValue | undefined;
  readonly map: GoValue | undefined;
  readonly text: GoValue | undefined;
  readonly bool: GoValue | undefined;
  readonly quantity: GoValue | undefined;
  readonly number: GoValue | undefined;
}

/** IgnoreZeroValue. */
export const ignored: Absent = {
  pointer: undefined,
  list: undefined,
  map: undefined,
  text: undefined,
  bool: undefined,
  quantity: undefined,
  number: undefined,
};

/** Zero values hashed as they are. */
export const counted: Absent = {
  pointer: nil,
  list: slice([]),
  map: textMap({}),
  text: hashText(""),
  bool: bool(false),
  // What a nil quantity prints.
  quantity: hashText("<nil>"),
  number: int32(0),
};

/** A string field that is no pointer. Undefined where an empty one is left out of the hash. */
export function plainText(value: string | undefined, absent: Absent): GoValue | undefined {
  return value === undefined || value === "" ? absent.text : hashText(value);
}

/** `metav1.Duration`: a struct around the nanoseconds. */
export function durationStruct(written: string, absent: Absent): GoValue {
  const nanos = parseGoDuration(written) ?? 0n;
  return struct("Duration", [["Duration", nanos === 0n && absent === ignored ? undefined : int64(nanos)]]);
}

/** `corev1.Taint`. */
export function taintStruct(taint: Taint, absent: Absent): GoValue {
  return struct("Taint", [
    ["Key", plainText(taint.key, absent)],
    ["Value", plainText(taint.value, absent)],
    ["Effect", plainText(taint.effect, absent)],
    ["TimeAdded", absent.pointer],
  ]);
}
