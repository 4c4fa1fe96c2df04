import { useState } from "preact/hooks";
import type { ReportNode } from "../src/report/html/document.ts";

/** More nodes than this are drawn without their pods, so that a page of thousands of nodes stays quick. */
const detailLimit = 400;

interface Props {
  readonly today: readonly ReportNode[];
  readonly karpenter: readonly ReportNode[];
}

/** Every node as a box, its pods as segments by the share of CPU or memory that they request. */
export function Packing({ today, karpenter }: Props) {
  const [resource, setResource] = useState<"cpu" | "memory">("cpu");
  return (
    <>
      <fieldset class="filters">
        <legend>segments show requested</legend>
        {(["cpu", "memory"] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="resource" checked={resource === one} onChange={() => setResource(one)} /> {one}
          </label>
        ))}
      </fieldset>
      <div class="sides">
        <Side title="today" nodes={today} resource={resource} />
        <Side title="Karpenter" nodes={karpenter} resource={resource} />
      </div>
    </>
  );
}

function Side({
  title,
  nodes,
  resource,
}: {
  readonly title: string;
  readonly nodes: readonly ReportNode[];
  readonly resource: "cpu" | "memory";
}) {
  const owners = [...new Set(nodes.map((node) => node.owner))].toSorted();
  const pods = nodes.reduce((sum, node) => sum + node.pods.filter((pod) => pod.isDaemon !== true).length, 0);
  return (
    <div>
      <h3>
        {title}: {nodes.length} nodes, {pods} pods besides DaemonSets
      </h3>
      {owners.map((owner) => {
        const own = nodes.filter((node) => node.owner === owner);
        return (
          <div key={owner}>
            <h4>
              {owner} <span class="note">{own.length} nodes</span>
            </h4>
            <ul class="nodes">
              {own.map((node) => (
                <NodeBox key={node.name} node={node} resource={resource} isDetailed={nodes.length <= detailLimit} />
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}

function NodeBox({
  node,
  resource,
  isDetailed,
}: {
  readonly node: ReportNode;
  readonly resource: "cpu" | "memory";
  readonly isDetailed: boolean;
}) {
  const total = resource === "cpu" ? node.cpuMilli : node.memoryMiB;
  const amount = (pod: ReportNode["pods"][number]) => (resource === "cpu" ? pod.cpuMilli : pod.memoryMiB);
  const used = node.pods.reduce((sum, pod) => sum + amount(pod), 0);
  const percent = total > 0 ? Math.round((used / total) * 100) : 0;
  const label = `${node.name}, ${node.instanceType} ${node.capacityType} in ${node.zone}: ${node.pods.length} pods, ${percent} % of ${resource} requested`;
  return (
    <li class={node.isKarpenter ? "node new" : "node"} title={label}>
      <div class="label">
        <span>{node.instanceType}</span>
        <span class="note">{percent} %</span>
      </div>
      <div class="bar" role="img" aria-label={label}>
        {isDetailed
          ? node.pods.map((pod) => (
              <span
                key={pod.name}
                class={pod.isDaemon ? "pod daemon" : "pod"}
                style={{ width: `${total > 0 ? (amount(pod) / total) * 100 : 0}%` }}
                title={`${pod.name}: ${pod.cpuMilli}m cpu, ${Math.round(pod.memoryMiB)} MiB`}
              />
            ))
          : total > 0 && <span class="pod" style={{ width: `${Math.min(100, percent)}%` }} />}
      </div>
    </li>
  );
}
