/** What the code still owes the charter, by name. The lists may only shrink: `UPDATE_DEBTS=1 npx vitest run test/tidy.test.ts` strikes what was paid. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./sources.ts";

const file = join(root, "test/tidy/debts.json");

/** Lists of names, budgets by folder, and shares in percent that may only rise. */
export interface Debts {
  readonly circles: readonly string[];
  readonly unreachable: readonly string[];
  readonly doubledNames: readonly string[];
  readonly casts: Readonly<Record<string, number>>;
  readonly shares: Readonly<Record<string, number>>;
}

/** What is written down. */
export function writtenDebts(): Debts {
  return JSON.parse(readFileSync(file, "utf8")) as Debts;
}

/** What differs between two readings of the debts, as complaints. */
interface Difference {
  /** The code owes more than is written: never allowed. */
  readonly grown: readonly string[];
  /** It owes less: to be struck from the list. */
  readonly paid: readonly string[];
}

/** Compares what is written with what is owed now. */
export function compare(written: Debts, now: Debts): Difference {
  const lists = (["circles", "unreachable", "doubledNames"] as const).map((name) => ({
    name,
    had: written[name],
    has: now[name],
  }));
  const casts = keysOf(written.casts, now.casts).map((folder) => ({
    folder,
    had: written.casts[folder] ?? 0,
    has: now.casts[folder] ?? 0,
  }));
  const shares = keysOf(written.shares, now.shares).map((name) => ({
    name,
    had: written.shares[name] ?? 0,
    has: now.shares[name] ?? 0,
  }));
  return {
    grown: [
      ...lists.flatMap(({ name, had, has }) =>
        has.filter((one) => !had.includes(one)).map((one) => `${name}: ${one} is new; ${instead[name]}`),
      ),
      ...casts
        .filter(({ had, has }) => has > had)
        .map(({ folder, had, has }) => `casts: ${folder} has ${has} of them, ${had} are allowed; ${instead["casts"]}`),
      ...shares
        .filter(({ had, has }) => has < had)
        .map(({ name, had, has }) => `shares: ${name}: ${has} % instead of ${had} %; ${instead[name]}`),
    ],
    paid: [
      ...lists.flatMap(({ name, had, has }) =>
        had.filter((one) => !has.includes(one)).map((one) => `${name}: ${one} is no more; ${strike}`),
      ),
      ...casts
        .filter(({ had, has }) => has < had)
        .map(({ folder, had, has }) => `casts: ${folder} has only ${has} of ${had}; ${strike}`),
      ...shares
        .filter(({ had, has }) => has > had)
        .map(({ name, had, has }) => `shares: ${name}: ${has} % and no more ${had} %; ${strike}`),
    ],
  };
}

/** Strikes what was paid; never adds a debt. */
export function strikePaid(now: Debts): void {
  const written = writtenDebts();
  const both = (list: readonly string[], other: readonly string[]): readonly string[] =>
    list.filter((one) => other.includes(one));
  const casts = keysOf(written.casts).flatMap((folder) => {
    const left = Math.min(written.casts[folder] ?? 0, now.casts[folder] ?? 0);
    return left === 0 ? [] : [[folder, left] as const];
  });
  const shares = keysOf(written.shares).map(
    (name) => [name, Math.max(written.shares[name] ?? 0, now.shares[name] ?? 0)] as const,
  );
  const left: Debts = {
    circles: both(written.circles, now.circles),
    unreachable: both(written.unreachable, now.unreachable),
    doubledNames: both(written.doubledNames, now.doubledNames),
    casts: Object.fromEntries(casts),
    shares: Object.fromEntries(shares),
  };
  writeFileSync(file, `${JSON.stringify(left, null, 2)}\n`);
}

const strike = "strike it from the list: UPDATE_DEBTS=1 npx vitest run test/tidy.test.ts";

/** What to do instead, for each kind of debt. */
const instead: Readonly<Record<string, string>> = {
  circles: "move what both need into a file of its own, most often a type",
  unreachable: "let the product use it, or delete it; tests and conformance are no users",
  doubledNames: "call one of the two by what sets it apart, or make them one",
  casts: "check the value in a validator (a function that answers `x is T`), or give the source the right type",
  "says when it answers undefined": "say in the doc comment when the answer is undefined",
  "names the faults it throws": "name the code of each Fault in the doc comment",
  "cites what it mirrors": "name the upstream file (`queue.go`) in the doc comment or at the head of the file",
};

function keysOf(...records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap(Object.keys))].toSorted();
}
