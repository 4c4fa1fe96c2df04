import facts from "../../../catalogue/facts/controller-policy-facts.json" with { type: "json" };
import type { JsonObject } from "../../kube/objects.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { AccountFacts, ClusterFacts } from "./facts.ts";

/** Deployment values that fill the placeholders of the policy facts. */
export interface PolicyValues {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  readonly dnsSuffix: string;
  readonly nodeRoleArn: string;
  readonly queueArn: string;
}

/** One policy of the controller: upstream's short name and the document. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: JsonObject;
}

/** Values that fill the controller's policies. */
export function policyValues(facts: {
  readonly account: AccountFacts;
  readonly cluster: ClusterFacts;
  readonly names: { readonly queue: string };
  readonly nodeRoleArn: string;
}): PolicyValues {
  const { account, cluster } = facts;
  return {
    partition: account.partition,
    region: account.region,
    account: account.id,
    cluster: cluster.name,
    dnsSuffix: account.dnsSuffix,
    nodeRoleArn: facts.nodeRoleArn,
    queueArn: `arn:${account.partition}:sqs:${account.region}:${account.id}:${facts.names.queue}`,
  };
}

interface Statement {
  readonly policy: string;
  readonly id: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  readonly principals?: { readonly Service?: readonly string[]; readonly any?: string };
}

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

interface VersionFacts {
  readonly controller: readonly Statement[];
  readonly nodeRole: { readonly managedPolicies: readonly string[] };
  readonly queue: readonly Statement[];
  readonly eventRules: readonly {
    readonly id: string;
    readonly source: readonly string[];
    readonly detailType: readonly string[];
  }[];
}

/** IAM counts a managed policy's characters without white space and refuses more than this. */
export const managedPolicyLimit = 6144;

/**
 * The controller's permissions as upstream grants them for this release: one managed policy per policy of upstream's,
 * split further only where a long cluster name would exceed IAM's limit.
 */
export function controllerPolicies(release: Release, values: PolicyValues): readonly NamedPolicy[] {
  const byName = new Map<string, JsonObject[]>();
  for (const statement of factsOf(release).controller) {
    const list = byName.get(statement.policy) ?? [];
    list.push(permission(statement, values));
    byName.set(statement.policy, list);
  }
  return [...byName].flatMap(([name, statements]) => split(name, statements));
}

/** Every IAM action that the controller of a release may need, sorted. */
export function controllerActions(release: Release): readonly string[] {
  return Array.from(new Set(factsOf(release).controller.flatMap(({ actions }) => actions))).toSorted();
}

/** AWS's own policies that a node needs, as ARNs. */
export function nodeManagedPolicies(release: Release, partition: string): readonly string[] {
  return factsOf(release).nodeRole.managedPolicies.map((name) => `arn:${partition}:iam::aws:policy/${name}`);
}

/** Who may send to the interruption queue; undefined where this release has none. */
export function queuePolicy(release: Release, values: PolicyValues): JsonObject | undefined {
  const statements = factsOf(release).queue;
  if (statements.length === 0) return undefined;
  return {
    Version: "2012-10-17",
    Id: "EC2InterruptionPolicy",
    Statement: statements.map((one) => ({ ...permission(one, values), Principal: principalOf(one) })),
  };
}

/** EventBridge rules that feed the interruption queue: short name and event pattern. */
export function eventRules(release: Release): readonly { readonly name: string; readonly pattern: JsonObject }[] {
  return factsOf(release).eventRules.map((rule) => ({
    name: rule.id,
    pattern: { source: rule.source, "detail-type": rule.detailType },
  }));
}

/** A policy's size as IAM counts it. */
export function policySize(document: JsonObject): number {
  return JSON.stringify(document).replace(/\s/g, "").length;
}

function factsOf(release: Release): VersionFacts {
  return facts.versions[release.policyFacts];
}

function split(name: string, statements: readonly JsonObject[]): readonly NamedPolicy[] {
  const parts: JsonObject[][] = [[]];
  for (const statement of statements) {
    const last = parts.at(-1) ?? [];
    if (last.length > 0 && policySize(documentOf([...last, statement])) > managedPolicyLimit) parts.push([statement]);
    else last.push(statement);
  }
  if (parts.length === 1) return [{ name, document: documentOf(statements) }];
  return parts.map((part, i) => ({ name: `${name}${i + 1}`, document: documentOf(part) }));
}

function documentOf(statements: readonly JsonObject[]): JsonObject {
  return { Version: "2012-10-17", Statement: statements };
}

function permission(statement: Statement, values: PolicyValues): JsonObject {
  const conditions: Record<string, Record<string, string | readonly string[]>> = {};
  for (const { operator, key, values: allowed } of statement.conditions) {
    const filled = allowed.map((value) => fill(value, values));
    const one = (conditions[operator] ??= {});
    one[fill(key, values)] = filled.length === 1 ? (filled[0] ?? "") : filled;
  }
  return {
    // IAM allows letters and digits only.
    Sid: statement.id.replace(/[^A-Za-z0-9]/g, ""),
    Effect: statement.effect,
    Action: statement.actions,
    Resource: statement.resources.map((resource) => fill(resource, values)),
    ...(statement.conditions.length === 0 ? {} : { Condition: conditions }),
  };
}

function principalOf(statement: Statement): JsonObject | string {
  return statement.principals?.Service === undefined ? "*" : { Service: statement.principals.Service };
}

// Older templates name the node role instead of referring to it; a reused or shortened role would not match.
const namedNodeRole = "arn:{partition}:iam::{account}:role/KarpenterNodeRole-{cluster}";

function fill(text: string, values: PolicyValues): string {
  if (text === namedNodeRole) return values.nodeRoleArn;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value: string | undefined = new Map(Object.entries(values)).get(name);
    return value ?? whole;
  });
}
