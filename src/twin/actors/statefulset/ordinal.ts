import type { PersistentVolumeClaim, Pod, PodTemplate, Workload } from "../../../kube/objects.ts";
import { podOf } from "../../kubernetes/make-pod.ts";
import { revisionLabel } from "../../kubernetes/revision.ts";
import type { Here } from "../../world/here.ts";

/** The number at the end of a pod's name. */
export function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));
}

/** Makes the pod of an ordinal, with a claim for each of the set's claim templates that is not there yet. */
export function createOrdinal(
  here: Here<object>,
  set: Workload,
  of: { readonly ordinal: number; readonly revision: string; readonly template: PodTemplate },
): void {
  const name = `${set.metadata.name}-${of.ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim) => {
    const volume = claim.metadata.name ?? "data";
    const claimName = `${volume}-${name}`;
    makeClaim(here, set, { name: claimName, spec: claim.spec });
    return { name: volume, persistentVolumeClaim: { claimName } };
  });
  const { spec } = of.template;
  const others = (spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  const labels = {
    "statefulset.kubernetes.io/pod-name": name,
    "apps.kubernetes.io/pod-index": String(of.ordinal),
    [revisionLabel]: of.revision,
  };
  here.create(
    "pods",
    podOf(set, {
      name,
      template: of.template,
      labels,
      ...(claims.length === 0 ? {} : { spec: { ...spec, volumes: [...others, ...claims] } }),
    }),
  );
}

function makeClaim(
  here: Here<object>,
  set: Workload,
  of: { readonly name: string; readonly spec: PersistentVolumeClaim["spec"] },
): void {
  const namespace = set.metadata.namespace ?? "default";
  if (here.store.find("persistentvolumeclaims", of.name, namespace) !== undefined) return;
  here.create("persistentvolumeclaims", {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: of.name, namespace, labels: { ...set.spec.selector?.matchLabels } },
    spec: of.spec,
    status: { phase: "Pending" },
  });
}
