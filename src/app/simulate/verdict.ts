import { unusedCommitment } from "./cost.ts";
import { share } from "./fleet.ts";
import type { SimulateOptions } from "./options.ts";
import type { Cause, CheaperShape, Fleet, UnschedulablePod, Verdict } from "./types.ts";

/** What the verdict looks at. */
export interface Sides {
  readonly today: Fleet;
  readonly karpenter: Fleet;
  readonly unschedulable: readonly UnschedulablePod[];
  /** Planned nodes that carry a single pod of a set that prefers or demands to be alone. */
  readonly lonelyNodes: number;
  readonly cheaperShape: CheaperShape | undefined;
}

/** Differences below this share of today's cost are called equal. */
const equalShare = 0.02;

/** The plain answer with its causes. It says no where no is the answer. */
export function verdictOf(sides: Sides, options: SimulateOptions): Verdict {
  const { today, karpenter } = sides;
  const misfits = sides.unschedulable.filter((pod) => !pod.isPendingToday);
  const before = today.totals.usdPerHour.expected;
  const after = karpenter.totals.usdPerHour.expected;
  const causes = [...fitCauses(misfits), ...costCauses(sides, options)];
  if (misfits.length > 0) return { answer: "does-not-fit", causes };
  // Manifests alone have no nodes today: there is nothing to compare with.
  if (before === undefined || after === undefined || today.nodes.length === 0) return { answer: "unknown", causes };
  const difference = after - before;
  if (Math.abs(difference) <= before * equalShare) return { answer: "about-equal", causes };
  return { answer: difference < 0 ? "saves" : "costs-more", causes };
}

function fitCauses(misfits: readonly UnschedulablePod[]): readonly Cause[] {
  if (misfits.length === 0) return [];
  const noun =
    misfits.length === 1
      ? "1 pod that runs today would never schedule"
      : `${misfits.length} pods that run today would never schedule`;
  return [{ code: "pods-do-not-fit", sentence: noun }];
}

function costCauses(sides: Sides, options: SimulateOptions): readonly Cause[] {
  const { today, karpenter } = sides;
  return [
    ...priceCauses(today, karpenter),
    ...countCauses(today, karpenter),
    ...feeCauses(today, karpenter, options),
    ...commitmentCauses(today, karpenter, options),
    ...(sides.lonelyNodes > 1
      ? [
          {
            code: "anti-affinity" as const,
            sentence: [
              `${sides.lonelyNodes} nodes would carry a single pod each because of pod anti-affinity`,
              "(Karpenter treats a preferred one as required while it can)",
            ].join(" "),
          },
        ]
      : []),
    ...shapeCauses(sides),
    ...requestCauses(karpenter),
  ];
}

function priceCauses(today: Fleet, karpenter: Fleet): readonly Cause[] {
  const unknown = new Set(
    [...today.nodes, ...karpenter.nodes]
      .filter((node) => node.usdPerHour.expected === undefined)
      .map((node) => node.instanceType ?? node.name),
  );
  if (unknown.size === 0) return [];
  const names = Array.from(unknown).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return [{ code: "unknown-price", sentence: `no price is known for ${names.slice(0, 3).join(", ")}${more}` }];
}

function countCauses(today: Fleet, karpenter: Fleet): readonly Cause[] {
  const more = karpenter.totals.nodes - today.totals.nodes;
  const vcpus = `${today.totals.vcpus ?? "unknown"} to ${karpenter.totals.vcpus ?? "unknown"} vCPU`;
  const counts = `${today.totals.nodes} nodes become ${karpenter.totals.nodes}, ${vcpus}`;
  if (more < 0) return [{ code: "fewer-nodes", sentence: counts }];
  if (more === 0) return [];
  const extraCpu = karpenter.totals.daemonRequested.cpuMilli - today.totals.daemonRequested.cpuMilli;
  const extraMemory = karpenter.totals.daemonRequested.memoryBytes - today.totals.daemonRequested.memoryBytes;
  const causes: Cause[] = [{ code: "more-nodes", sentence: counts }];
  if (extraCpu > 0 || extraMemory > 0) {
    const cpu = (Math.max(0, extraCpu) / 1000).toFixed(1);
    const memory = (Math.max(0, extraMemory) / 2 ** 30).toFixed(1);
    causes.push({
      code: "daemon-overhead",
      sentence: `DaemonSets run once more on every added node: ${cpu} vCPU and ${memory} GiB more than today`,
    });
  }
  return causes;
}

function feeCauses(today: Fleet, karpenter: Fleet, options: SimulateOptions): readonly Cause[] {
  const fee = options.perNodeFeeUsdPerHour ?? 0;
  const extra = karpenter.totals.agentsUsdPerHour - today.totals.agentsUsdPerHour;
  if (fee === 0 || extra === 0) return [];
  const word = extra > 0 ? "more" : "less";
  return [
    {
      code: "agent-fees",
      sentence: `agents that charge ${fee} USD per node and hour cost ${Math.abs(extra).toFixed(2)} USD an hour ${word}`,
      usdPerHour: extra,
    },
  ];
}

function commitmentCauses(today: Fleet, karpenter: Fleet, options: SimulateOptions): readonly Cause[] {
  const before = unusedCommitment(today.nodes, options);
  const after = unusedCommitment(karpenter.nodes, options);
  if (before === undefined || after === undefined || after - before < 0.005) return [];
  return [
    {
      code: "unused-commitment",
      sentence: `the Savings Plan would leave ${after.toFixed(2)} USD an hour unused (${before.toFixed(2)} today)`,
      usdPerHour: after - before,
    },
  ];
}

function shapeCauses({ cheaperShape: shape }: Sides): readonly Cause[] {
  if (shape === undefined) return [];
  const cost = shape.usdPerHour.toFixed(2);
  const { insteadOf } = shape;
  const sentence =
    insteadOf === undefined
      ? [
          `${shape.nodes} x ${shape.instanceType} would carry the same pods for ${cost} USD an hour:`,
          "Karpenter packs first and prices each node afterwards",
        ].join(" ")
      : [
          `the pods on ${shape.nodes} x ${insteadOf.instanceType} would fit on ${shape.instanceType}`,
          `for ${cost} instead of ${insteadOf.usdPerHour.toFixed(2)} USD an hour; the NodePool does not allow it`,
        ].join(" ");
  return [{ code: "cheaper-shape", sentence, usdPerHour: shape.usdPerHour }];
}

/** One resource is asked for to the brim while the other lies idle: the requests decide the bill, not the autoscaler. */
function requestCauses(karpenter: Fleet): readonly Cause[] {
  const cpu = share(karpenter.totals.requested, karpenter.totals.allocatable, "cpuMilli");
  const memory = share(karpenter.totals.requested, karpenter.totals.allocatable, "memoryBytes");
  if (cpu === undefined || memory === undefined) return [];
  const [full, idle] = memory > cpu ? ["memory", "CPU"] : ["CPU", "memory"];
  const [high, low] = [Math.max(cpu, memory), Math.min(cpu, memory)];
  if (high < 70 || low > 50) return [];
  const shares = `${full} is ${Math.round(high)} % requested and ${idle} ${Math.round(low)} %`;
  const sentence = `${shares}: requests for ${full} decide the number of nodes`;
  return [{ code: "requests-dominate", sentence }];
}
