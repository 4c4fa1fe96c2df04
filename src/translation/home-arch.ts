import { alternativesOf } from "../kube/node-requirements.ts";
import type { Pod } from "../kube/objects.ts";
import { isActive, isDaemonPod, isMirrorPod } from "../kube/pod.ts";
import type { TranslateInput } from "./input.ts";

/**
 * The architecture on which most pods run that name none and could run anywhere: their images are known to run there, and nowhere else.
 * Undefined when no such pod runs.
 */
export function homeArch({ pods, nodes }: TranslateInput): string | undefined {
  const archOf = new Map(
    (nodes ?? []).map((node) => [node.metadata.name, node.metadata.labels?.["kubernetes.io/arch"]]),
  );
  const counts = new Map<string, number>();
  for (const pod of pods ?? []) {
    const arch = archOf.get(pod.spec.nodeName ?? "");
    if (arch === undefined || isDaemonPod(pod) || isMirrorPod(pod) || !isActive(pod) || isBoundToSome(pod)) continue;
    counts.set(arch, (counts.get(arch) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0];
}

// Whatever a pod asks of its node, it asked for nodes of today; what only an operating system limits may go anywhere.
function isBoundToSome(pod: Pod): boolean {
  return alternativesOf(pod.spec).every((all) => all.some(({ key }) => !key.endsWith("kubernetes.io/os")));
}
