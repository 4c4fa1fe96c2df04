import type { Finding } from "../../findings/finding.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { listAt, objectAt, textAt, plainOf } from "../../kube/json.ts";
import { tagInList } from "../groups.ts";
import { found, type AssessmentRule } from "../rule.ts";

/** NodeClasses and what they select. */

const newestImages: AssessmentRule = {
  codes: ["DV4042"],
  needs: ["ec2nodeclasses"],
  check: (facts) =>
    (facts.objects.ec2nodeclasses ?? []).flatMap((one) =>
      termsOf(one, "amiSelectorTerms")
        .flatMap((term) => textAt(term, "alias") ?? [])
        .filter((alias) => alias.endsWith("@latest"))
        .map((alias) => found("DV4042", subjectOf(one), { nodeClass: one.metadata.name, alias })),
    ),
};

const references: AssessmentRule = {
  codes: ["DV4043"],
  needs: ["nodepools", "ec2nodeclasses"],
  check: (facts) => {
    const known = new Set((facts.objects.ec2nodeclasses ?? []).map((one) => one.metadata.name));
    return (facts.objects.nodepools ?? []).flatMap((pool) => {
      const reference = objectAt(plainOf(pool), "spec", "template", "spec", "nodeClassRef");
      const name = textAt(reference, "name") ?? "";
      if (textAt(reference, "kind") !== "EC2NodeClass" || known.has(name)) return [];
      const data = { nodePool: pool.metadata.name, nodeClass: `EC2NodeClass ${name}` };
      return [found("DV4043", `NodePool/${pool.metadata.name}`, data)];
    });
  },
};

const selections: AssessmentRule = {
  codes: ["DV4044"],
  needs: ["ec2nodeclasses", "account.subnets", "account.securityGroups"],
  check: (facts) =>
    (facts.objects.ec2nodeclasses ?? []).flatMap((one) => [
      ...judge(one, "subnetSelectorTerms", { resources: facts.account?.subnets ?? [], id: "SubnetId" }),
      ...judge(one, "securityGroupSelectorTerms", { resources: facts.account?.securityGroups ?? [], id: "GroupId" }),
    ]),
};

interface Selectable {
  readonly resources: readonly JsonObject[];
  readonly id: string;
}

function judge(nodeClass: KubeObject, field: string, among: Selectable): Finding[] {
  const terms = termsOf(nodeClass, field);
  if (terms.length === 0 || among.resources.some((resource) => terms.some((term) => selects(term, resource, among.id))))
    return [];
  const data = { nodeClass: nodeClass.metadata.name, field, terms: terms.map(written).join(", ") };
  return [found("DV4044", subjectOf(nodeClass), data)];
}

/** A term selects by id, by name, or by tags of which all must be there; `*` stands for any value. */
function selects(term: Json, resource: JsonObject, idField: string): boolean {
  const id = textAt(term, "id");
  if (id !== undefined) return textAt(resource, idField) === id;
  const name = textAt(term, "name");
  if (name !== undefined) return textAt(resource, "GroupName") === name;
  return Object.entries(objectAt(term, "tags")).every(([key, value]) => {
    const actual = tagInList(resource, key);
    return actual !== undefined && (value === "*" || actual === value);
  });
}

function written(term: Json): string {
  const one = textAt(term, "id") ?? textAt(term, "name");
  if (one !== undefined) return one;
  return Object.entries(objectAt(term, "tags"))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : "?"}`)
    .join("+");
}

function termsOf(nodeClass: KubeObject, field: string): readonly Json[] {
  return listAt(plainOf(nodeClass), "spec", field);
}

function subjectOf(nodeClass: KubeObject): string {
  return `EC2NodeClass/${nodeClass.metadata.name}`;
}

/** NodeClasses that follow, miss or select nothing. */
export const nodeClassRules: readonly AssessmentRule[] = [newestImages, references, selections];
