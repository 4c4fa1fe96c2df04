import { numberAt, textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Account } from "./account.ts";

/** How a group names a launch template: by id or by name, with a number, `$Latest` or `$Default`; absent means the default. */
export interface TemplateSpecification {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** The version that a specification means, among those that were read; undefined when it was not read or names none. */
export function launchTemplateVersion(
  account: Pick<Account, "launchTemplateVersions"> | undefined,
  { id, name, version }: TemplateSpecification,
): JsonObject | undefined {
  const versions = (account?.launchTemplateVersions ?? []).filter(
    (one) =>
      (id !== undefined && one["LaunchTemplateId"] === id) ||
      (name !== undefined && one["LaunchTemplateName"] === name),
  );
  if (version === undefined || version === "$Default") {
    // Only the default was asked for where just one version is there.
    return versions.find((one) => one["DefaultVersion"] === true) ?? (versions.length === 1 ? versions[0] : undefined);
  }
  if (version === "$Latest") {
    return versions.toSorted((a, b) => (numberAt(b["VersionNumber"]) ?? 0) - (numberAt(a["VersionNumber"]) ?? 0))[0];
  }
  return versions.find((one) => versionText(one) === version);
}

function versionText(one: JsonObject): string | undefined {
  const number = one["VersionNumber"];
  return typeof number === "number" ? String(number) : textAt(number);
}
