/**
 * Whether a release of Cluster Autoscaler is one of, or comes after, those in which a change arrived. A change that was carried back is
 * written with one release per line, `1.32.6 1.33.4 1.34.3 1.35`: each line counts from its own, lines in between that are not named have
 * what the line before them has at its end.
 */
export function atLeast(release: string, since: string): boolean {
  const own = partsOf(release);
  const arrivals = since.split(" ").map(partsOf);
  const sameLine = arrivals.find((one) => one[0] === own[0] && one[1] === own[1]);
  if (sameLine !== undefined) return own[2] >= sameLine[2];
  return arrivals.some((one) => own[0] > one[0] || (own[0] === one[0] && own[1] > one[1]));
}

/** The minor of a version `1.33.2`; undefined when the version is unknown. */
export function kubernetesMinor(version: string | undefined): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version ?? "")?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function partsOf(version: string): readonly [major: number, minor: number, patch: number] {
  const [, major = "0", minor = "0", patch = "0"] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return [Number(major), Number(minor), Number(patch)];
}
