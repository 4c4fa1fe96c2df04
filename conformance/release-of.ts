import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Minor, minors } from "../src/karpenter/behaviours.ts";
import { releaseOf } from "../src/karpenter/releases.ts";

/** The release of recordings that name none: the first that was recorded. */
export const firstRecorded: Minor = "1.14";

/**
 * The release that a vector file speaks of: by its own name (`directed-releases-1.14.1.jsonl.gz`), its header, the manifest beside it, the
 * folder's name (`karpenter-1.9`); else the first recorded one. Undefined where what is named is a release that the table lacks.
 */
export function releaseOfFile(file: string, header: Readonly<Record<string, unknown>> | undefined): Minor | undefined {
  const said =
    versionIn(/-v?(\d+\.\d+(?:\.\d+)?)\.jsonl(?:\.gz)?$/, basename(file)) ??
    headerVersion(header) ??
    manifestVersion(dirname(file)) ??
    folderVersion(file);
  return said === undefined ? firstRecorded : minorOf(said);
}

/** The release of a folder of recordings, by its manifest or name. Undefined where it is one that the table lacks. */
export function releaseOfFolder(folder: string): Minor | undefined {
  const said = manifestVersion(folder) ?? folderVersion(join(folder, "x"));
  return said === undefined ? firstRecorded : minorOf(said);
}

/** `v1.9.3`, `1.15`: the minor; undefined for one that is not in the table. */
export function minorOf(version: string): Minor | undefined {
  const release = releaseOf(version);
  return release === undefined || release.line !== "v1" ? undefined : minors.find((one) => one === release.decidedAs);
}

function headerVersion(header: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const release = header?.["release"];
  if (typeof release === "string") return release;
  const versions = header?.["versions"];
  if (typeof versions !== "object" || versions === null || !("provider" in versions)) return undefined;
  return typeof versions.provider === "string" ? versions.provider : undefined;
}

const manifests = new Map<string, string | undefined>();

function manifestVersion(folder: string): string | undefined {
  if (manifests.has(folder)) return manifests.get(folder);
  const file = join(folder, "manifest.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const version = versionIn(/"program"\s*:\s*"[^"]*\bv(\d+\.\d+\.\d+)/, text);
  manifests.set(folder, version);
  return version;
}

function folderVersion(file: string): string | undefined {
  return dirname(file)
    .split(/[\\/]/)
    .toReversed()
    .map((name) => versionIn(/^(?:karpenter|aws)-v?(\d+\.\d+(?:\.\d+)?)$/, name))
    .find((version) => version !== undefined);
}

function versionIn(pattern: RegExp, text: string): string | undefined {
  return pattern.exec(text)?.[1];
}
