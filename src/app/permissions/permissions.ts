import { isResourceName } from "../../kube/resources.ts";
import { type AwsOperation, operations } from "../../aws/operations.ts";
import { keysOf } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { installKinds } from "../../migration/install/kinds.ts";
import type { KubeAccess } from "../../migration/kind.ts";
import { needsOfKinds } from "../../migration/needs.ts";
import { setupKinds } from "../../migration/setup/kinds.ts";
import { shiftKinds } from "../../migration/shift/kinds.ts";
import { isStepKind } from "../../migration/kinds.ts";
import { readAccess } from "../read/objects.ts";
import { alongside } from "./alongside.ts";

/** Whom permissions are for: reading commands, and each kind of writing ones with its way back. */
export type Purpose = "read" | "setup" | "install" | "migrate";

/** Every purpose with the commands that it covers, in the order in which they are needed. */
export const purposes: Readonly<Record<Purpose, string>> = {
  read: "snapshot, assess, translate, simulate, explain, status, verify, report, upgrade",
  setup: "setup and setup --undo",
  install: "install and uninstall",
  migrate: "migrate, pause, resume and rollback",
};

/** Whether a text names a purpose. */
export function isPurpose(text: string): text is Purpose {
  return Object.hasOwn(purposes, text);
}

/** What a purpose must be allowed. */
export interface Permissions {
  readonly purpose: Purpose;
  /** IAM actions, sorted: the operations that are called, and what AWS asks beside them. */
  readonly aws: readonly string[];
  /** In the whole cluster. */
  readonly kube: readonly Access[];
  /** In the namespace of the journal and of aws-auth. */
  readonly kubeSystem: readonly Access[];
}

/** A right on a resource, on some of its objects only where `names` are given. */
export interface Access {
  readonly verb: string;
  readonly resource: KubeAccessResource;
  readonly names?: readonly string[];
}

type KubeAccessResource = ResourceName | "pods/eviction" | "deployments/scale" | "pods/log" | ChartResource;

/** Kinds that only Karpenter's chart and helm's own records need. */
export type ChartResource = "secrets" | "roles" | "rolebindings";

/** Reads that only preparing and changing commands make. */
const preparing: ReadonlySet<AwsOperation> = new Set([
  "eks:DescribeUpdate",
  "iam:GetAccountSummary",
  "iam:GetServiceLinkedRoleDeletionStatus",
  "iam:ListInstanceProfilesForRole",
  "iam:ListRoles",
  "iam:SimulatePrincipalPolicy",
]);

/** What a purpose must be allowed, from the table of operations and from what each kind of step says that it needs. */
export function permissionsOf(purpose: Purpose): Permissions {
  const all = keysOf(operations).filter((one) => operations[one] === "reads");
  if (purpose === "read") {
    const aws = all.filter((one) => !preparing.has(one));
    return { purpose, aws: actionsOf(aws), kube: readAccess, kubeSystem: journalReads };
  }
  const needs = needsOfKinds(Object.keys(kindsOf[purpose]).filter(isStepKind));
  const own = [...needs.kube.map(accessOf), ...(purpose === "install" ? chartAccess : [])];
  return {
    purpose,
    aws: actionsOf([...all, ...needs.aws]),
    kube: [...readAccess, ...own.filter((one) => one.resource !== "configmaps")],
    kubeSystem: [...journalReads, ...journalWrites, ...own.filter((one) => one.resource === "configmaps")],
  };
}

const kindsOf = { setup: setupKinds, install: installKinds, migrate: shiftKinds } as const;

function actionsOf(called: readonly AwsOperation[]): readonly string[] {
  return [...new Set(called.flatMap((one) => [one, ...(alongside[one] ?? [])]))].toSorted();
}

function accessOf(access: KubeAccess): Access {
  const [verb = "", resource = ""] = access.split(" ");
  if (isResourceName(resource) || resource === "pods/eviction" || resource === "deployments/scale")
    return { verb, resource };
  throw new Error(`${access} names no resource`);
}

const verbs = (resource: Access["resource"], ...names: readonly string[]): readonly Access[] =>
  names.map((verb) => ({ verb, resource }));

const journalReads = [...verbs("configmaps", "get", "list"), ...verbs("leases", "get")];
const journalWrites = [
  ...verbs("configmaps", "create", "update", "patch", "delete"),
  ...verbs("leases", "create", "update", "delete"),
];

const everything = ["get", "list", "create", "update", "patch", "delete"] as const;
/** What helm does for Karpenter's chart: its records are Secrets, and whoever makes a role must hold what it grants, or may `escalate`. */
const chartAccess: readonly Access[] = [
  ...(["secrets", "serviceaccounts", "services", "deployments", "poddisruptionbudgets"] as const).flatMap((resource) =>
    verbs(resource, ...everything),
  ),
  ...(["clusterroles", "roles"] as const).flatMap((resource) => verbs(resource, ...everything, "escalate", "bind")),
  ...(["clusterrolebindings", "rolebindings"] as const).flatMap((resource) => verbs(resource, ...everything)),
  ...(["nodepools", "ec2nodeclasses"] as const).flatMap((resource) =>
    verbs(resource, "get", "create", "patch", "delete"),
  ),
  // The canary, and what is read of a controller that does not come up.
  ...verbs("pods", "create", "delete"),
  ...verbs("pods/log", "get"),
];
