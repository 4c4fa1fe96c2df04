import { alternativesOf } from "../kube/node-requirements.ts";
import { podsByName } from "../kube/pod.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";

/** Pods that say nothing of the architecture and would run on another one than today. */
export interface ArchMove {
  readonly from: string;
  readonly to: string;
  readonly pods: number;
}

/** By architecture today and planned: what an image is made for, Karpenter does not know. */
export function archMoves(input: SimulateInput, pass: ForecastPass): readonly ArchMove[] {
  const labels = new Map(
    (input.snapshot.objects.nodes ?? []).map((node) => [
      node.metadata.name,
      node.metadata.labels?.["kubernetes.io/arch"] ?? node.metadata.labels?.["beta.kubernetes.io/arch"],
    ]),
  );
  const pods = podsByName(input.snapshot.objects.pods ?? []);
  const moves = new Map<string, ArchMove>();
  for (const node of pass.nodes) {
    const info = input.catalogue.types.get(node.instanceType ?? "")?.info;
    if (info === undefined) continue;
    const to = info.ProcessorInfo.SupportedArchitectures.includes("arm64") ? "arm64" : "amd64";
    for (const key of node.pods) {
      const spec = pods.get(key)?.spec;
      const from = labels.get(spec?.nodeName ?? "");
      if (spec === undefined || from === undefined || from === to || namesArch(spec)) continue;
      const before = moves.get(`${from} ${to}`) ?? { from, to, pods: 0 };
      moves.set(`${from} ${to}`, { ...before, pods: before.pods + 1 });
    }
  }
  return [...moves.values()].sort((a, b) => b.pods - a.pods || (a.from < b.from ? -1 : 1));
}

function namesArch(spec: Parameters<typeof alternativesOf>[0]): boolean {
  return alternativesOf(spec).every((all) => all.some(({ key }) => /^(beta\.)?kubernetes\.io\/arch$/.test(key)));
}
