import { expect, test } from "vitest";
import type { Finding, Patch } from "../../findings/finding.ts";
import { isObject } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { judge } from "../../../test/support/rule-cases/judge.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { ruleCases } from "../../../test/support/rule-cases/all.ts";

const findingsOf = (made: Snapshot): readonly Finding[] => judge(made).findings;

const patched = Object.entries(ruleCases).flatMap(([code, one]) =>
  findingsOf(one.fires)
    .filter((finding) => finding.code === code && finding.patch !== undefined)
    .map((finding) => ({ code, finding, snapshot: one.fires })),
);

test("there are patches for budgets, pods, templates and old annotations", () => {
  expect([...new Set(patched.map((one) => one.code))].sort()).toEqual([
    "DV1001",
    "DV1005",
    "DV1006",
    "DV1007",
    "DV1008",
    "DV1014",
    "DV1023",
    "DV1031",
    "DV1032",
    "DV1048",
    "DV1052",
  ]);
});

test.each(patched)("the patch of $code removes what it was made for", ({ code, finding, snapshot }) => {
  const after = { ...snapshot, objects: apply(snapshot.objects, finding.patch) };
  expect(findingsOf(after).filter((one) => one.code === code && one.subject === finding.subject)).toEqual([]);
});

/** None of our patches names a list, so a strategic patch does what a merge patch does. */
function apply(objects: ClusterObjects, patch: Patch | undefined): ClusterObjects {
  if (patch === undefined) throw new Error("no patch");
  const { kind, name, namespace } = patch.target;
  let hits = 0;
  const isTarget = (one: KubeObject): boolean =>
    one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace;
  const changed = Object.entries(objects).map(([resource, items]) => [
    resource,
    items.map((one: KubeObject) => {
      if (!isTarget(one)) return one;
      hits += 1;
      return merged(one as unknown as JsonObject, patch.body);
    }),
  ]);
  expect(hits).toBe(1);
  return Object.fromEntries(changed) as ClusterObjects;
}

function merged(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result as JsonObject;
}
