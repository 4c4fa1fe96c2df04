import { fnv1a } from "../../../kube/text.ts";
import { sameJson, textAt, valueAt } from "../../../kube/json.ts";
import type { PodTemplate, Workload } from "../../../kube/objects.ts";
import { asStored, str } from "../../store/objects.ts";
import type { Here } from "../../world/here.ts";

const hashLabel = "pod-template-hash";
const revisionKey = "deployment.kubernetes.io/revision";
const desiredKey = "deployment.kubernetes.io/desired-replicas";
const maxKey = "deployment.kubernetes.io/max-replicas";

/** Whether a ReplicaSet was made from the Deployment's present template. */
export function isOfTemplate(set: Workload, deployment: Workload): boolean {
  const { metadata, ...rest } = set.spec.template;
  const { [hashLabel]: _, ...labels } = metadata?.labels ?? {};
  const wanted = deployment.spec.template;
  if (set.spec.template.spec !== wanted.spec && !sameJson(json(rest), json({ spec: wanted.spec }))) return false;
  return (
    sameJson(labels, wanted.metadata?.labels ?? {}) &&
    sameJson(metadata?.annotations ?? {}, wanted.metadata?.annotations ?? {})
  );
}

function json(template: Partial<PodTemplate>): ReturnType<typeof asStored> {
  return asStored(template as never);
}

/** How many pods more than wanted, and how many fewer, a roll-out may have. */
export function noteSizes(deployment: Workload): { readonly surge: number; readonly unavailable: number } {
  const wanted = deployment.spec.replicas ?? 1;
  const strategy = deployment.spec.strategy;
  if (textAt(strategy, "type") === "Recreate") return { surge: 0, unavailable: wanted };
  const amount = (key: string, round: (value: number) => number): number => {
    const value = valueAt(strategy, "rollingUpdate", key) ?? "25%";
    if (typeof value === "number") return value;
    return round((Number.parseInt(str(value), 10) * wanted) / 100);
  };
  const surge = amount("maxSurge", Math.ceil);
  const unavailable = Math.min(wanted, amount("maxUnavailable", Math.floor));
  // Both zero would never move (`ResolveFenceposts`).
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Makes the ReplicaSet of the present template: as large as may be at once. */
export function createSet(here: Here, deployment: Workload, own: readonly Workload[]): void {
  const { template, selector } = deployment.spec;
  const hash = hashOf(template, own);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const total = own.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
  const wanted = deployment.spec.replicas ?? 1;
  const isRecreate = textAt(deployment.spec.strategy, "type") === "Recreate";
  const room = isRecreate ? (total === 0 ? wanted : 0) : wanted + noteSizes(deployment).surge - total;
  const revision = own.reduce((most, set) => Math.max(most, revisionOf(set)), 0) + 1;
  here.create("replicasets", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? "default",
      labels,
      annotations: annotationsOf(deployment, revision),
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: deployment.metadata.name,
          uid: deployment.metadata.uid ?? "",
          controller: true,
        },
      ],
    },
    spec: {
      replicas: Math.max(0, Math.min(wanted, room)),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: {},
  });
}

/** Gives the set of the present template the highest revision, and the Deployment the same. */
export function noteRevision(here: Here, deployment: Workload, current: Workload, own: readonly Workload[]): void {
  const others = own.filter((set) => set !== current).reduce((most, set) => Math.max(most, revisionOf(set)), 0);
  const mine = revisionOf(current);
  const revision = mine > others ? mine : others + 1;
  if (revision !== mine || !isNoted(current, deployment))
    here.put("replicasets", {
      ...current,
      metadata: {
        ...current.metadata,
        annotations: { ...current.metadata.annotations, ...annotationsOf(deployment, revision) },
      },
    });
  if (deployment.metadata.annotations?.[revisionKey] === String(revision)) return;
  const annotations = { ...deployment.metadata.annotations, [revisionKey]: String(revision) };
  here.put("deployments", { ...deployment, metadata: { ...deployment.metadata, annotations } });
}

/** Whether a set carries the Deployment's wanted number already. */
export function isNoted(set: Workload, deployment: Workload): boolean {
  return set.metadata.annotations?.[desiredKey] === String(deployment.spec.replicas ?? 1);
}

/** Sets the number of pods of a ReplicaSet. */
export function setSize(here: Here, deployment: Workload, set: Workload, replicas: number): void {
  const now = here.store.find("replicasets", set.metadata.name, set.metadata.namespace);
  if (now === undefined || (now.spec.replicas === replicas && isNoted(now, deployment))) return;
  const before = now.spec.replicas ?? 0;
  const annotations = { ...now.metadata.annotations, ...annotationsOf(deployment, revisionOf(now)) };
  here.put("replicasets", {
    ...now,
    metadata: { ...now.metadata, annotations },
    spec: before === replicas ? now.spec : { ...now.spec, replicas },
  });
  if (before === replicas) return;
  const direction = before < replicas ? "up" : "down";
  const message = `Scaled ${direction} replica set ${now.metadata.name} from ${before} to ${replicas}`;
  here.tell(deployment, { reason: "ScalingReplicaSet", message, from: "deployment-controller" });
}

function annotationsOf(deployment: Workload, revision: number): Readonly<Record<string, string>> {
  const wanted = deployment.spec.replicas ?? 1;
  return {
    [desiredKey]: String(wanted),
    [maxKey]: String(wanted + noteSizes(deployment).surge),
    [revisionKey]: String(revision),
  };
}

function revisionOf(set: Workload): number {
  return Number(set.metadata.annotations?.[revisionKey] ?? 0);
}

/** The label value that tells one version of a template from another; another one where it is taken. */
function hashOf(template: PodTemplate, own: readonly Workload[]): string {
  const text = JSON.stringify(template);
  const taken = new Set(own.map((set) => set.metadata.labels?.[hashLabel]));
  for (let salt = 0; ; salt++) {
    const hash = hashText(salt === 0 ? text : `${text}${salt}`);
    if (!taken.has(hash)) return hash;
  }
}

function hashText(text: string): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  let out = "";
  for (let rest = fnv1a(text); out.length < 9; rest = Math.floor(rest / 2) + out.length * 7919)
    out += alphabet[rest % alphabet.length];
  return out;
}
