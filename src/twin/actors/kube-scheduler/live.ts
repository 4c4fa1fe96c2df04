import type { KubeObject } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import { nearestSchedulerRelease } from "../../../kube-scheduler/releases.ts";
import type { SchedulerState } from "../../../kube-scheduler/save.ts";
import { KubeScheduler } from "../../../kube-scheduler/scheduler.ts";
import { defaultSchedulerSettings } from "../../../kube-scheduler/settings.ts";
import type { Store } from "../../store/store.ts";
import type { Here } from "../../world/here.ts";
import type { KeptScheduler, Packed, SavedScheduler, WatchedResource } from "./kept.ts";

const lives = new WeakMap<object, KubeScheduler>();

/** The scheduler of this world: as it was saved, or a new one. */
export function schedulerIn(here: Here<KeptScheduler>): KubeScheduler {
  const known = lives.get(here);
  if (known !== undefined) return known;
  const settings = defaultSchedulerSettings(nearestSchedulerRelease(here.kubernetesVersion));
  const { saved } = here.memory;
  const scheduler = new KubeScheduler(settings, saved === undefined ? undefined : unpacked(saved, here.store));
  lives.set(here, scheduler);
  return scheduler;
}

/** What the scheduler of this world remembers. */
export function savedIn(here: Here<KeptScheduler>): SavedScheduler {
  const state = schedulerIn(here).save();
  return {
    ...state,
    nodes: packed(here.store, "nodes", state.nodes),
    pods: packed(here.store, "pods", state.pods),
  };
}

function packed<T extends KubeObject>(store: Store, resource: WatchedResource, list: readonly T[]): Packed<T> {
  const isCurrent = (object: T): boolean => store.at(resource, nameOf(object)) === object;
  return { names: list.map(nameOf), others: list.filter((object) => !isCurrent(object)) };
}

function unpacked({ nodes, pods, ...rest }: SavedScheduler, store: Store): SchedulerState {
  return {
    ...rest,
    nodes: listOf(nodes, (name) => store.at("nodes", name)),
    pods: listOf(pods, (name) => store.at("pods", name)),
  };
}

function listOf<T extends KubeObject>({ names, others }: Packed<T>, current: (name: string) => T | undefined): T[] {
  const own = new Map(others.map((object) => [nameOf(object), object]));
  return names.flatMap((name) => own.get(name) ?? current(name) ?? []);
}
