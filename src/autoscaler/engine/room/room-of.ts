// Our own: the real program has no such file.
import type { Pod } from "../../../kube/objects.ts";
import type { PodRegistry } from "../../../kube-scheduler/pods/registry.ts";
import type { LoopState } from "../loop-state.ts";
import { Room } from "./room.ts";

/** The room of a loop: its nodes with the pods that are on them. */
export function roomOf(
  loop: LoopState,
  pods: readonly { readonly pod: Pod; readonly node: string }[],
  registry: PodRegistry,
): Room {
  const { view, memory, settings, nodes } = loop;
  const named = new Set(nodes.map((node) => node.metadata.name));
  return new Room({
    nodes,
    pods: pods.filter(({ node }) => named.has(node)),
    facts: {
      namespaces: view.namespaces ?? [],
      persistentvolumes: view.persistentVolumes,
      persistentvolumeclaims: view.persistentVolumeClaims,
      storageclasses: view.storageClasses,
      replicasets: view.replicaSets,
      statefulsets: view.statefulSets,
      replicationcontrollers: view.replicationControllers,
    },
    registry,
    searchIndex: memory.searchIndex,
    startsBehindLast: settings.behaviour.searchStartsBehindLast,
  });
}
