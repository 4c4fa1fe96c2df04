/**
 * Writes `catalogue/facts/provider-tables-<minor>.json.gz`: what the tables compiled into a release of the AWS provider say of each
 * instance type, VPC limits and network bandwidth.
 *
 *     npm run tables -- v1.15.2        from the Go module github.com/aws/karpenter-provider-aws, which Go fetches where it is not there
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { minorOf, moduleFolder, providerModule, releaseArgument } from "./go-module.ts";

/** A row: IPv4 addresses of an interface, branch interfaces (-1 where the type takes none), Mbit/s; null for what the tables lack. */
export type TableRow = readonly [ipv4PerInterface: number | null, branchInterfaces: number | null, mbps: number | null];

/** The file that is written. */
export interface ProviderTables {
  readonly source: string;
  readonly version: string;
  /** When upstream made the tables. */
  readonly generated: { readonly limits: string; readonly bandwidth: string };
  readonly types: Readonly<Record<string, TableRow>>;
}

function main(args: readonly string[]): void {
  const release = releaseArgument(args[0], "npm run tables -- vMAJOR.MINOR.PATCH");
  if (release === undefined) return;
  const folder = join(moduleFolder(providerModule, release), "pkg/providers/instancetype");
  const limitsText = readFileSync(join(folder, "zz_generated.vpclimits.go"), "utf8");
  const bandwidthText = readFileSync(join(folder, "zz_generated.bandwidth.go"), "utf8");
  const limits = limitsIn(limitsText);
  const bandwidth = bandwidthIn(bandwidthText);
  const names = Array.from(new Set([...limits.keys(), ...bandwidth.keys()])).sort();
  const tables: ProviderTables = {
    source: `tables instancetype.Limits and instancetype.InstanceTypeBandwidthMegabits of ${providerModule}`,
    version: release,
    generated: { limits: dateIn(limitsText), bandwidth: dateIn(bandwidthText) },
    types: Object.fromEntries(
      names.map((name) => [name, [...(limits.get(name) ?? [null, null]), bandwidth.get(name) ?? null] as const]),
    ),
  };
  const file = resolve(import.meta.dirname, `../catalogue/facts/provider-tables-${minorOf(release)}.json.gz`);
  writeFileSync(file, gzipSync(`${JSON.stringify(tables)}\n`, { level: 9 }));
  process.stdout.write(`${file}: ${limits.size} types with limits, ${bandwidth.size} with a bandwidth\n`);
}

function limitsIn(text: string): Map<string, readonly [number, number]> {
  const rows = text.matchAll(
    /^\t"([a-z0-9.-]+)": \{\n\t\tInterface: +\d+,\n\t\tIPv4PerInterface: +(\d+),\n\t\tIsTrunkingCompatible: +(true|false),\n\t\tBranchInterface: +(\d+),/gm,
  );
  return new Map(
    Array.from(rows, ([, name = "", addresses, isTrunking, branches]) => [
      name,
      [Number(addresses), isTrunking === "true" ? Number(branches) : -1],
    ]),
  );
}

function bandwidthIn(text: string): Map<string, number> {
  const rows = text.matchAll(/^\t+"([a-z0-9.-]+)": +(\d+),$/gm);
  return new Map(Array.from(rows, ([, name = "", mbps]) => [name, Number(mbps)]));
}

function dateIn(text: string): string {
  return /generated at (\d{4}-\d\d-\d\d)/.exec(text)?.[1] ?? "not told";
}

main(process.argv.slice(2));
