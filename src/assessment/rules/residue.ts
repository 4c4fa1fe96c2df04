import { roleNameOf } from "../../aws/node-role.ts";
import type { Finding } from "../../findings/finding.ts";
import { discoveryTagKey, karpenterNames } from "../../karpenter/names.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { textAt, isObject } from "../../kube/json.ts";
import { unique } from "../../kube/unique.ts";
import type { Facts } from "../facts.ts";
import { subnetsOf, tagInList } from "../groups.ts";
import { found, type AssessmentRule } from "../rule.ts";

/** Traces of a migration that was begun by hand. */

const queue: AssessmentRule = {
  codes: ["DV5001"],
  needs: ["deployments", "account.queues"],
  check: (facts) =>
    facts.karpenters.flatMap((one) => {
      const name = one.interruptionQueue;
      if (name === undefined || /redacted/i.test(name) || hasQueue(facts, name)) return [];
      const deployment = `${one.namespace}/${one.name}`;
      return [found("DV5001", `Queue/${name}`, { queue: name, deployment })];
    }),
};

/** Queues are described by URL, by ARN or by name. */
function hasQueue(facts: Facts, name: string): boolean {
  return (facts.account?.queues ?? []).some((one) =>
    textsOf(one).some((text) => text === name || text.endsWith(`/${name}`) || text.endsWith(`:${name}`)),
  );
}

function textsOf(value: JsonObject): readonly string[] {
  return Object.values(value).flatMap((one) => {
    if (typeof one === "string") return [one];
    return isObject(one) ? textsOf(one) : [];
  });
}

const silentQueue: AssessmentRule = {
  codes: ["DV5012"],
  needs: ["account.queues", "account.eventRules", "cluster name"],
  check: (facts) => {
    const rules = JSON.stringify(facts.account?.eventRules ?? []);
    const wanted = new Set([
      karpenterNames(facts.clusterName).queue,
      ...facts.karpenters.flatMap((one) => one.interruptionQueue ?? []),
    ]);
    return [...wanted]
      .filter((name) => hasQueue(facts, name) && !rules.includes(`:${name}"`))
      .map((name) => found("DV5012", `Queue/${name}`, { queue: name }));
  },
};

const tags: AssessmentRule = {
  codes: ["DV5002", "DV5013"],
  needs: [
    "account.subnets",
    "account.securityGroups",
    ["account.nodegroups", "account.autoScalingGroups"],
    "cluster name",
  ],
  check: (facts) => {
    const tag = `${discoveryTagKey}=${facts.clusterName}`;
    const isTagged = (one: JsonObject): boolean => tagInList(one, discoveryTagKey) === facts.clusterName;
    const used = new Set(facts.nodeGroups.flatMap(subnetsOf));
    const subnets = facts.account?.subnets ?? [];
    const ids = (list: readonly JsonObject[]): readonly string[] =>
      unique(list.flatMap((one) => textAt(one, "SubnetId") ?? []));
    const tagged = ids(subnets.filter(isTagged));
    const untagged = ids(subnets.filter((one) => used.has(textAt(one, "SubnetId") ?? "") && !isTagged(one)));
    const groups = (facts.account?.securityGroups ?? [])
      .filter(isTagged)
      .flatMap((one) => textAt(one, "GroupId") ?? []);
    const findings: Finding[] = [];
    const subject = facts.clusterSubject;
    if (tagged.length > 0 && untagged.length > 0) findings.push(found("DV5002", subject, { tagged, untagged, tag }));
    if (tagged.length > 0 && groups.length === 0) {
      findings.push(found("DV5013", subject, { tagged: tagged.join(", "), untagged: "security group", tag }));
    }
    if (tagged.length === 0 && groups.length > 0) {
      findings.push(found("DV5013", subject, { tagged: groups.join(", "), untagged: "subnet", tag }));
    }
    return findings;
  },
};

/** ARNs of the node roles that aws-auth maps. The value is YAML; one key of those items that name nodes is all that is asked. */
function mappedNodeRoles(facts: Facts): readonly string[] {
  const map = (facts.objects.configmaps ?? []).find(
    (one) => one.metadata.name === "aws-auth" && one.metadata.namespace === "kube-system",
  );
  const text = map?.data?.["mapRoles"] ?? "";
  const indent = /^( *)- /m.exec(text)?.[1] ?? "";
  return text
    .split(new RegExp(`^${indent}- `, "m"))
    .filter((item) => /system:(nodes|node:)/.test(item))
    .flatMap((item) => /["']?rolearn["']?\s*:\s*["']?(arn:[^\s"',}]+)/.exec(item)?.[1] ?? []);
}

function nameOfRole(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Whether a role's absence from the account is an answer: its reading did not fail. */
function isAbsent(facts: Facts, role: string): boolean {
  const hasGap = facts.snapshot.gaps.some(
    (gap) => gap.what.endsWith(":GetRole") && (gap.scope === undefined || gap.scope === role),
  );
  return !hasGap && !hasRole(facts, role);
}

// Roles of another account cannot be looked up from here.
function isOwn(facts: Facts, arn: string): boolean {
  const accountId = facts.account?.accountId;
  return accountId === undefined || arn.includes(`:${accountId}:`);
}

function hasRole(facts: Facts, role: string): boolean {
  return (facts.account?.roles ?? []).some((one) => roleNameOf(one) === role);
}

const awsAuth: AssessmentRule = {
  codes: ["DV5003"],
  needs: ["configmaps", "account.roles"],
  check: (facts) =>
    mappedNodeRoles(facts)
      .filter((arn) => isOwn(facts, arn) && isAbsent(facts, nameOfRole(arn)))
      .map((arn) => found("DV5003", `Role/${nameOfRole(arn)}`, { role: arn })),
};

const nodeAccess: AssessmentRule = {
  codes: ["DV5007"],
  needs: ["configmaps", "account.roles", "account.accessEntries", "cluster name"],
  check: (facts) => {
    const role = karpenterNames(facts.clusterName).nodeRole;
    const arn = textAt((facts.account?.roles ?? []).find((one) => textAt(one.role, "RoleName") === role)?.role, "Arn");
    const isMapped = mappedNodeRoles(facts).some((one) => nameOfRole(one) === role);
    const isAdmitted = (facts.account?.accessEntries ?? []).some((one) =>
      (textAt(one, "principalArn") ?? "").endsWith(`/${role}`),
    );
    // The role alone is a harmless beginning; with a controller at work it is a trap.
    if (arn === undefined || isMapped || isAdmitted || facts.karpenters.length === 0) return [];
    return [found("DV5007", `Role/${role}`, { role, arn, cluster: facts.clusterName })];
  },
};

const serviceAccounts: AssessmentRule = {
  codes: ["DV5010"],
  needs: ["deployments", "serviceaccounts", "account.roles"],
  check: (facts) =>
    facts.karpenters.flatMap((one) => {
      const account = facts.objects.serviceaccounts?.find(
        (it) => it.metadata.name === one.serviceAccount && it.metadata.namespace === one.namespace,
      );
      const arn = account?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
      if (arn === undefined || !isOwn(facts, arn) || !isAbsent(facts, nameOfRole(arn))) return [];
      const serviceAccount = `${one.namespace}/${one.serviceAccount}`;
      return [found("DV5010", `ServiceAccount/${serviceAccount}`, { serviceAccount, role: arn })];
    }),
};

/** Residue of a hand migration in the account and in aws-auth. */
export const residueRules: readonly AssessmentRule[] = [queue, silentQueue, tags, awsAuth, nodeAccess, serviceAccounts];
