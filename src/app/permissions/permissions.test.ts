/** Permissions to paste: nothing that a command calls is missing from them, and reading changes nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type AwsOperation, operations } from "../../aws/operations.ts";
import { resources } from "../../kube/resources.ts";
import { iamPolicy, rbacManifests, rbacYaml } from "../../report/text/permissions.ts";
import { type Permissions, permissionsOf, type Purpose, purposes } from "./permissions.ts";

const root = resolve(import.meta.dirname, "../..");
const textsOf = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(root, folder, name), "utf8"))
    .join("\n");

/** Operations named in the code of a folder. */
function calledIn(...folders: readonly string[]): readonly string[] {
  const found = folders.flatMap((folder) =>
    Array.from(textsOf(folder).matchAll(/"([a-z0-9]+:[A-Z]\w+)"/g), (m) => m[1] ?? ""),
  );
  return [...new Set(found.filter((one) => Object.hasOwn(operations, one)))];
}

/** Verbs and resources of the calls on the cluster port that name their resource. */
function askedIn(folder: string): readonly string[] {
  const calls = textsOf(folder).matchAll(
    /cluster\s*\.(get|list|create|apply|patch|delete)\(\s*(?:\{ resource: )?"(\w+)"/g,
  );
  return Array.from(calls, ([, verb = "", resource = ""]) => `${verb === "apply" ? "patch" : verb} ${resource}`);
}

const all = Object.keys(purposes) as Purpose[];
const writing = all.filter((one) => one !== "read");
const kubeOf = (permissions: Permissions): ReadonlySet<string> =>
  new Set([...permissions.kube, ...permissions.kubeSystem].map(({ verb, resource }) => `${verb} ${resource}`));

test("reading is allowed every operation that it calls, and none that changes anything", () => {
  const { aws, kube, kubeSystem } = permissionsOf("read");
  expect(
    calledIn("app/read", "app/verify").filter(
      (one) => operations[one as AwsOperation] === "reads" && !aws.includes(one),
    ),
  ).toEqual([]);
  expect(aws).toEqual(expect.arrayContaining(["pricing:GetProducts", "ec2:DescribeSpotPriceHistory"]));
  expect(aws.filter((one) => operations[one as AwsOperation] !== "reads")).toEqual([]);
  expect(new Set([...kube, ...kubeSystem].map((one) => one.verb))).toEqual(new Set(["get", "list"]));
  expect(kube.map((one) => one.resource)).not.toContain("secrets");
});

describe.each(writing)("%s", (purpose) => {
  const permissions = permissionsOf(purpose);
  test("is allowed what its code calls", () => {
    expect(calledIn(`app/${purpose}`).filter((one) => !permissions.aws.includes(one))).toEqual([]);
    const held = kubeOf(permissions);
    // Whoever scales may patch that part of the object only.
    const isHeld = (one: string): boolean => held.has(one) || held.has(`${one}/scale`);
    expect([...new Set(askedIn(`app/${purpose}`))].filter((one) => !isHeld(one))).toEqual([]);
  });

  test("is allowed all that reading is", () => {
    const read = permissionsOf("read");
    expect(read.aws.filter((one) => !permissions.aws.includes(one))).toEqual([]);
    const held = kubeOf(permissions);
    expect([...kubeOf(read)].filter((one) => !held.has(one))).toEqual([]);
  });
});

test("every operation that changes the account is somebody's", () => {
  const granted = new Set(writing.flatMap((purpose) => permissionsOf(purpose).aws));
  expect(Object.keys(operations).filter((one) => !granted.has(one))).toEqual([]);
});

test.each(all)("the policy and the roles of %s can be pasted", (purpose) => {
  const permissions = permissionsOf(purpose);
  // The bound of a managed policy, blanks not counted.
  expect(JSON.stringify(iamPolicy(permissions)).length).toBeLessThan(6_144);
  const groups = new Set(["", ...Object.values(resources).map((one) => one.group)]);
  const [role, , system] = rbacManifests(permissions, "ops") as {
    readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }[];
  for (const { apiGroups, resources: names, verbs } of [...(role?.rules ?? []), ...(system?.rules ?? [])]) {
    expect(apiGroups.every((group) => groups.has(group))).toBe(true);
    expect(names.length).toBeGreaterThan(0);
    expect(verbs.length).toBeGreaterThan(0);
  }
  expect(rbacYaml(permissions, "ops")).toContain("name: ops");
});
