import type { Finding } from "../findings/finding.ts";
import { type Keeper, keeperOf } from "../kube/keeper.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";

/** Objects by `Kind/namespace/name` (or `Kind/name`), as findings name them. */
export function objectsBySubject(objects: ClusterObjects): ReadonlyMap<string, KubeObject> {
  const lists: readonly (readonly KubeObject[] | undefined)[] = [
    objects.poddisruptionbudgets,
    objects.deployments,
    objects.statefulsets,
    objects.daemonsets,
    objects.cronjobs,
    objects.jobs,
    objects.pods,
    objects.nodepools,
  ];
  return new Map(lists.flatMap((list) => (list ?? []).map((object) => [subjectOf(object), object] as const)));
}

function subjectOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return kind === "NodePool" ? `${kind}/${name}` : `${kind}/${namespace ?? "default"}/${name}`;
}

/**
 * A finding whose fix changes an object that somebody else writes: the fix names the place where the change lasts, and no patch is offered
 * for what an operator or GitOps would take back.
 */
export function withKeeper<Code extends string>(
  finding: Finding<Code>,
  objects: ReadonlyMap<string, KubeObject>,
): Finding<Code> {
  const changed = changedBy(finding);
  const object = changed === undefined ? undefined : objects.get(changed);
  const keeper = object === undefined ? undefined : keeperOf(object);
  if (keeper === undefined) return finding;
  const { patch, ...rest } = finding;
  const fix = `${finding.fix}; ${lastingText(keeper)}`;
  const evidence = { ...finding.evidence, keeper: keeper.title };
  const isKept = keeper.kind === "helm" && patch !== undefined;
  return { ...rest, fix, evidence, ...(isKept ? { patch } : {}) };
}

function changedBy({ patch, subject }: Finding): string | undefined {
  if (patch === undefined) return subject.startsWith("PodDisruptionBudget/") ? subject : undefined;
  const { kind, namespace, name } = patch.target;
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

function lastingText({ kind, title, field }: Keeper): string {
  const where = field === undefined ? title : `${title} (${field})`;
  switch (kind) {
    case "operator":
      return `change it in ${where}: the operator takes back what is changed on the object itself`;
    case "gitops":
      return `change it in the source of ${where}, which takes back what is changed in the cluster`;
    case "helm":
      return `change it in the values of ${where} too, whose next upgrade takes it back`;
  }
}
