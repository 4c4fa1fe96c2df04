import type { Json, JsonObject, Pod } from "../../../kube/objects.ts";
import { plainOf, isList, isObject, objectsAt } from "../../../kube/json.ts";
import { controllerOf } from "../../../kube/pod.ts";
import { parseQuantity } from "../../../kube/quantity.ts";
import { isDaemonSetPod } from "./classify.ts";

/** Specs of one owner that are told apart; further ones stand for themselves (equivalence/groups.go, similar_pods.go). */
const maxPerOwner = 10;

/**
 * Which pods are alike to Cluster Autoscaler: equal labels and an equal spec, its projected volumes, its host name and (from 1.32) its
 * environment apart (utils/utils.go, `PodSpecSemanticallyEqual`). Reads each pod once; keep one for many loops.
 */
export class Likeness {
  readonly #ignoresEnvironment: boolean;
  readonly #keys = new WeakMap<Pod, number>();
  readonly #byText = new Map<string, number>();
  readonly #byCanonicalText = new Map<string, number>();

  constructor(ignoresEnvironment: boolean) {
    this.#ignoresEnvironment = ignoresEnvironment;
  }

  /** Equal numbers for pods that are alike. */
  keyOf(pod: Pod): number {
    const known = this.#keys.get(pod);
    if (known !== undefined) return known;
    const { nodeName: _, ...spec } = pod.spec;
    const text = JSON.stringify([pod.metadata.labels, spec]);
    let key = this.#byText.get(text);
    if (key === undefined) {
      key = this.#canonicalKey(pod);
      this.#byText.set(text, key);
    }
    this.#keys.set(pod, key);
    return key;
  }

  #canonicalKey(pod: Pod): number {
    const text = JSON.stringify(semantic([plainOf(pod.metadata.labels ?? {}), this.#stripped(pod)], ""));
    const known = this.#byCanonicalText.get(text);
    if (known !== undefined) return known;
    const made = this.#byCanonicalText.size;
    this.#byCanonicalText.set(text, made);
    return made;
  }

  #stripped(pod: Pod): JsonObject {
    const spec = plainOf(pod.spec);
    const volumes = objectsAt(spec["volumes"]);
    const projected = new Set(volumes.filter((one) => one["projected"] !== undefined).map((one) => one["name"]));
    const containers = (list: Json | undefined): JsonObject[] =>
      objectsAt(list).map((one) => ({
        ...one,
        ...(this.#ignoresEnvironment ? { env: undefined } : {}),
        volumeMounts: objectsAt(one["volumeMounts"]).filter((mount) => !projected.has(mount["name"])),
      }));
    return {
      ...spec,
      hostname: undefined,
      nodeName: undefined,
      volumes: volumes.filter((one) => one["projected"] === undefined),
      containers: containers(spec["containers"]),
      initContainers: containers(spec["initContainers"]),
    };
  }
}

// Empty and absent are one, keys have one order, quantities one spelling (apiequality.Semantic).
function semantic(value: Json | undefined, under: string): Json | undefined {
  if (isList(value)) return value.length === 0 ? undefined : value.map((one) => semantic(one, under) ?? null);
  if (!isObject(value)) return isResources(under) ? quantityText(value) : (value ?? undefined);
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const part = semantic(value[key], isResources(under) ? under : key);
      return part === undefined ? [] : [[key, part] as const];
    });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function isResources(key: string): boolean {
  return key === "requests" || key === "limits" || key === "overhead";
}

function quantityText(value: Json | undefined): Json | undefined {
  if (typeof value !== "string" && typeof value !== "number") return value;
  const parsed = parseQuantity(value);
  return parsed.ok ? String(parsed.value) : value;
}

/** Pods that are alike, in order of their first one. */
export interface PodGroup {
  readonly pods: readonly Pod[];
}

/** Equivalence groups: alike pods of one controller; pods without one and DaemonSet pods stand alone (equivalence/groups.go). */
export function groupPods(pods: readonly Pod[], likeness: Likeness): readonly PodGroup[] {
  const groups: Pod[][] = [];
  const byOwner = new Map<string, Map<number, Pod[]>>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined || isDaemonSetPod(pod)) {
      groups.push([pod]);
      continue;
    }
    const known = byOwner.get(owner.uid ?? "") ?? new Map<number, Pod[]>();
    byOwner.set(owner.uid ?? "", known);
    const key = likeness.keyOf(pod);
    const group = known.get(key);
    if (group !== undefined) {
      group.push(pod);
      continue;
    }
    const made = [pod];
    if (known.size < maxPerOwner) known.set(key, made);
    groups.push(made);
  }
  return groups.map((group) => ({ pods: group }));
}

/**
 * Remembers within one simulation which pods found no place, so that others like them are not tried
 * (simulator/scheduling/similar_pods.go).
 */
export class HopelessPods {
  readonly #likeness: Likeness;
  readonly #byOwner = new Map<string, Set<number>>();

  constructor(likeness: Likeness) {
    this.#likeness = likeness;
  }

  /** Whether a pod like this one found no place. */
  has(pod: Pod): boolean {
    const owner = controllerOf(pod);
    if (owner === undefined) return false;
    const known = this.#byOwner.get(owner.uid ?? "");
    return known !== undefined && known.has(this.#likeness.keyOf(pod));
  }

  /** This pod found no place. */
  add(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner === undefined || isDaemonSetPod(pod)) return;
    const known = this.#byOwner.get(owner.uid ?? "") ?? new Set();
    if (known.size >= maxPerOwner) return;
    known.add(this.#likeness.keyOf(pod));
    this.#byOwner.set(owner.uid ?? "", known);
  }
}
