import {
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
} from "js-yaml";

/**
 * Plain scalars as kubectl, eksctl, Helm and nodeadm read them: the words and numbers of YAML 1.1 (sigs.k8s.io/yaml v1.6, goyaml.v2,
 * resolve.go). Dates and `1:30` stay text there.
 */
const prefix = "tag:yaml.org,2002:";
const nulls = new Set(["", "~", "null", "Null", "NULL"]);
const truths = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const falsehoods = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const special: Readonly<Record<string, number>> = {
  ".nan": Number.NaN,
  ".NaN": Number.NaN,
  ".NAN": Number.NaN,
  ...Object.fromEntries(
    [".inf", ".Inf", ".INF"].flatMap((word) => [
      [word, Number.POSITIVE_INFINITY],
      [`+${word}`, Number.POSITIVE_INFINITY],
      [`-${word}`, Number.NEGATIVE_INFINITY],
    ]),
  ),
};
const radixes: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };

/** A whole number in any of Go's forms (`strconv.ParseInt` with base 0), underscores taken out; undefined for what is none. */
function wholeOf(plain: string): number | undefined {
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/s.exec(plain) ?? [];
  const [, mark, prefixed] = /^0([xXoObB])([0-9a-fA-F]+)$/.exec(body) ?? [];
  const radix = radixes[(mark ?? "").toLowerCase()] ?? (/^0[0-7]+$/.test(body) ? 8 : 10);
  const digits = prefixed ?? body;
  const known = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^(?:0|[1-9][0-9]*)$/, 16: /^[0-9a-fA-F]+$/ }[radix];
  if (known?.test(digits) !== true) return undefined;
  const value = Number.parseInt(digits, radix);
  return sign === "-" && value !== 0 ? -value : value;
}

// The number that Go's reader takes a plain scalar for; undefined for what it leaves text.
function numberOfScalar(source: string): number | undefined {
  const named = Object.hasOwn(special, source) ? special[source] : undefined;
  if (named !== undefined) return named;
  if (!/^[+.0-9-]/.test(source)) return undefined;
  const plain = source.replaceAll("_", "");
  const whole = wholeOf(plain);
  if (whole !== undefined) return whole;
  return /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?$/.test(plain) ? Number(plain) : undefined;
}

const digits = Array.from("+-.0123456789");
const load = { identify: () => false };
const number = (tag: string) =>
  defineScalarTag<number>(`${prefix}${tag}`, {
    ...load,
    implicit: true,
    implicitFirstChars: digits,
    resolve: (source, isExplicit) => {
      const value = numberOfScalar(source);
      const isOfTag =
        value !== undefined && ((isExplicit && tag === "float") || Number.isInteger(value) === (tag === "int"));
      return isOfTag ? value : NOT_RESOLVED;
    },
  });

/** Tags of other programs (`!Ref`, `!!set`, `!!timestamp`) say nothing to these readers: what they stand at is taken as it is. */
const foreign = { ...load, matchByTagPrefix: true };
const foreignTags = (start: string) => [
  defineScalarTag<string>(start, { ...foreign, resolve: (source) => source }),
  defineSequenceTag<unknown[]>(start, {
    ...foreign,
    create: () => [],
    addItem: (list, item) => void list.push(item),
  }),
  defineMappingTag(start, {
    ...foreign,
    create: mapTag.create,
    addPair: mapTag.addPair,
    has: mapTag.has,
    keys: mapTag.keys,
    get: mapTag.get,
  }),
];

// `!!binary`: Go's reader makes text of the bytes at once. Other bytes than text would be spoilt by that.
function decoded(source: string): string | typeof NOT_RESOLVED {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0)),
    );
  } catch {
    return NOT_RESOLVED;
  }
}

/** Whether these readers take a plain scalar for something else than its text. */
export function isOtherThanText(source: string): boolean {
  return nulls.has(source) || truths.has(source) || falsehoods.has(source) || numberOfScalar(source) !== undefined;
}

/** Reads as they do. */
export const kubectlSchema = new Schema([
  strTag,
  seqTag,
  mapTag,
  mergeTag,
  defineScalarTag<null>(`${prefix}null`, {
    ...load,
    implicit: true,
    implicitFirstChars: ["", "~", "n", "N"],
    resolve: (source) => (nulls.has(source) ? null : NOT_RESOLVED),
  }),
  defineScalarTag<boolean>(`${prefix}bool`, {
    ...load,
    implicit: true,
    implicitFirstChars: Array.from("yYnNtTfFoO"),
    resolve: (source) => (truths.has(source) ? true : falsehoods.has(source) ? false : NOT_RESOLVED),
  }),
  number("int"),
  number("float"),
  defineScalarTag<string>(`${prefix}binary`, { ...load, resolve: decoded }),
  ...foreignTags("!"),
  ...foreignTags(prefix),
]);
