import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compared, type Minor } from "../src/karpenter/behaviours.ts";
import { messageOf } from "./lines.ts";
import { minorOf } from "./release-of.ts";

/** The command cannot be carried out as it was written. */
export class Misuse extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/** What `npm run conformance` was told. Paths are absolute. */
export interface Options {
  /** Empty: the repository's. */
  readonly vectors: readonly string[];
  /** Folders that may hold the vectors' catalogues, in order of preference. */
  readonly catalogues: readonly string[];
  readonly json?: string;
  readonly misses?: string;
  readonly shrink?: string;
  readonly attempts?: number;
  readonly fresh?: number;
  readonly profiles?: readonly string[];
  readonly count?: number;
  readonly tries?: number;
  /** The release asked about: of the vectors named, or else which of the repository's. */
  readonly karpenter?: Minor;
}

const spelling = {
  vectors: { type: "string", multiple: true },
  catalogues: { type: "string" },
  json: { type: "string" },
  misses: { type: "string" },
  shrink: { type: "string" },
  attempts: { type: "string" },
  fresh: { type: "string" },
  profile: { type: "string", multiple: true },
  count: { type: "string" },
  tries: { type: "string" },
  karpenter: { type: "string" },
} as const;

/** Reads the words of the command line. Throws `Misuse`. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const vectors = [...(values.vectors ?? []), ...positionals].map(existing);
  const given = values.catalogues === undefined ? [] : [existing(values.catalogues)];
  const beside = vectors.map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
  return {
    vectors,
    catalogues: [...new Set([...given, ...beside])],
    ...(values.json === undefined ? {} : { json: fromCaller(values.json) }),
    ...(values.misses === undefined ? {} : { misses: fromCaller(values.misses) }),
    ...(values.shrink === undefined ? {} : { shrink: values.shrink }),
    ...(values.profile === undefined ? {} : { profiles: values.profile }),
    ...number("attempts", values.attempts),
    ...number("fresh", values.fresh),
    ...number("count", values.count),
    ...number("tries", values.tries),
    ...(values.karpenter === undefined ? {} : { karpenter: release(values.karpenter) }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: spelling });
  } catch (error) {
    throw new Misuse(messageOf(error), "conformance/README.md lists the options");
  }
}

function number(name: "attempts" | "fresh" | "count" | "tries", text: string | undefined): Partial<Options> {
  if (text === undefined) return {};
  if (!/^\d{1,9}$/.test(text)) throw new Misuse(`--${name} ${text} is no whole number`, `write --${name} 100`);
  return { [name]: Number(text) };
}

function release(text: string): Minor {
  const minor = minorOf(text);
  if (minor !== undefined) return minor;
  throw new Misuse(
    `--karpenter ${text} is no release that Dovetail knows`,
    `write --karpenter ${compared.join(", or ")}`,
  );
}

function existing(path: string): string {
  const absolute = fromCaller(path);
  if (!existsSync(absolute))
    throw new Misuse(`no such file or folder: ${absolute}`, "name vector files, or folders of them");
  return absolute;
}

// npm runs scripts in the package's folder and says where it was called.
function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}
