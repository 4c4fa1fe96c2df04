import { monthlyText, unusedCommitment, usdPerMonth } from "../money/cost.ts";
import { share } from "./fleet.ts";
import type { SimulateOptions } from "./options.ts";
import { reservedUse } from "../money/reserved.ts";
import { sumAmounts } from "./amounts.ts";
import type { Cause, UnschedulablePod, Verdict } from "./types.ts";
import type { Sides } from "./sides.ts";
import { zoneCauses } from "./left-alone.ts";
import { archCauses, deviceCauses, isCause } from "./verdict-nodes.ts";
import { noNodesCauses, unjudgedCauses, unreadCauses } from "./verdict-open.ts";

/** Differences below this share of today's cost are called equal. */
const equalShare = 0.02;

/** The plain answer with its causes. It says no where no is the answer. */
export function verdictOf(sides: Sides, options: SimulateOptions): Verdict {
  const { isPendingOnly, pods } = sides.scope;
  if (pods === 0) {
    const sentence = isPendingOnly ? "no pod waits" : "there are no pods but those of DaemonSets";
    const causes = [...consolidationCauses(sides), ...unreadCauses(sides)];
    const isShort = !isPendingOnly && sides.missing.length > 0;
    const first: Cause = { code: "no-pods", sentence: isShort ? "no pod is counted" : sentence };
    return { answer: isShort ? "unknown" : "nothing-to-place", causes: [first, ...causes] };
  }
  if (isPendingOnly) return pendingVerdict(sides);
  // Where nothing runs today, a pod that finds no place is no old trouble of the cluster's.
  const hasToday = sides.isTodayRead && sides.today.nodes.length > 0;
  const misfits = sides.unschedulable.filter((pod) => !hasToday || !pod.isPendingToday);
  const unread = unreadCauses(sides);
  if (misfits.length > 0) {
    return { answer: "does-not-fit", causes: [...fitCauses(misfits, hasToday), ...unread, ...priceCauses(sides)] };
  }
  const isOpen = sides.unjudged.pods > 0;
  const answer = hasToday && !isOpen ? costAnswer(sides) : "unknown";
  const causes = hasToday
    ? costCauses(sides, options)
    : [...noNodesCauses(sides), ...priceCauses(sides), ...shapeCauses(sides)];
  return { answer, causes: [...unjudgedCauses(sides), ...unread, ...causes] };
}

function costAnswer({ today, karpenter, hasDaemonSets, missing, sharedDevices }: Sides): Verdict["answer"] {
  const before = today.totals.usdPerHour.expected;
  const after = karpenter.totals.usdPerHour.expected;
  if (before === undefined || after === undefined) return "unknown";
  const difference = after - before;
  // Nodes that are planned for devices which today's nodes share are a peak: what stays of them, nobody can tell before they report.
  if (difference > before * equalShare) return sharedDevices.length > 0 ? "unknown" : "costs-more";
  // Without the DaemonSets' overhead, or some pods, Karpenter's side is too cheap: only a no is certain.
  if (!hasDaemonSets || missing.length > 0) return "unknown";
  return difference < -before * equalShare ? "saves" : "about-equal";
}

/** Of pods that wait there is no today to compare with: Cluster Autoscaler would add nodes for them too. */
function pendingVerdict(sides: Sides): Verdict {
  const { scope, unschedulable } = sides;
  const placed = scope.waiting.length;
  const pods = placed === 1 ? "1 waiting pod gets" : `${figure(placed)} waiting pods get`;
  return {
    answer: unschedulable.length > 0 ? "some-wait" : "fits",
    causes: [
      { code: "pods-placed", sentence: `${pods} a place${whereText(sides)}` },
      ...consolidationCauses(sides),
      ...unreadCauses(sides),
      ...priceCauses(sides),
    ],
  };
}

/** On which nodes, and what they add. After a consolidation its own sentence says what the two come to together. */
function whereText(sides: Sides): string {
  if (sides.scope.moves > 0) return "";
  const added = sides.karpenter.nodes.filter((node) => !node.isExisting).length;
  if (added === 0) return " on the nodes there are";
  return `, with ${added === 1 ? "1 new node" : `${figure(added)} new nodes`} ${differenceText(sides)}`;
}

/** Of waiting pods: what all nodes come to once they have been consolidated. With all pods the comparison itself says so. */
function consolidationCauses(sides: Sides): readonly Cause[] {
  const { scope, today, karpenter } = sides;
  if (!scope.isPendingOnly || scope.moves === 0) return [];
  const [before, after] = [today.totals.nodes, karpenter.totals.nodes];
  const nodes = `${figure(before)} ${before === 1 ? "node becomes" : "nodes become"} ${figure(after)}`;
  const counts = before === after ? `${figure(after)} ${after === 1 ? "node" : "nodes"} as before` : nodes;
  return [{ code: "consolidation", sentence: `after consolidation ${counts}, ${differenceText(sides)}` }];
}

/** Below this a difference of an hour is one of rounding. */
const sameUsdPerHour = 0.0005;

function differenceText({ today, karpenter }: Sides): string {
  const before = today.totals.usdPerHour.expected;
  const after = karpenter.totals.usdPerHour.expected;
  if (before === undefined || after === undefined) return "at unknown cost";
  const amount = Math.abs(after - before);
  return amount < sameUsdPerHour
    ? "for the same cost"
    : `for ${monthlyText(amount)} ${after > before ? "more" : "less"}`;
}

/** They cost nothing today, and would. */
function waitingCauses({ scope: { waiting } }: Sides): readonly Cause[] {
  if (waiting.length === 0) return [];
  const { cpuMilli, memoryBytes } = sumAmounts(waiting);
  const asked = `${(cpuMilli / 1000).toFixed(1)} cores and ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`;
  const pods =
    waiting.length === 1
      ? "1 pod that waits today would run"
      : `${figure(waiting.length)} pods that wait today would run`;
  return [{ code: "pods-that-wait", sentence: `${pods} too, with ${asked}: they cost nothing today` }];
}

function fitCauses(misfits: readonly UnschedulablePod[], hasToday: boolean): readonly Cause[] {
  const runs = hasToday ? " that run today" : "";
  const one = hasToday ? "1 pod that runs today" : "1 pod";
  const noun = misfits.length === 1 ? one : `${figure(misfits.length)} pods${runs}`;
  const them = misfits.length === 1 ? "it" : "them";
  return [
    {
      code: "pods-do-not-fit",
      sentence: `${noun} would never schedule; Karpenter's side is counted without ${them}`,
    },
  ];
}

function costCauses(sides: Sides, options: SimulateOptions): readonly Cause[] {
  return [
    ...priceCauses(sides),
    ...waitingCauses(sides),
    ...archCauses(sides),
    ...deviceCauses(sides),
    ...countCauses(sides),
    ...zoneCauses(sides.karpenter, sides.leftAlone),
    ...feeCauses(sides, options),
    ...commitmentCauses(sides, options),
    ...reservedCauses(sides, options),
    ...lonelyCauses(sides),
    ...shapeCauses(sides),
    ...requestCauses(sides),
  ];
}

function lonelyCauses({ lonelyNodes }: Sides): readonly Cause[] {
  if (lonelyNodes < 2) return [];
  const sentence = [
    `${figure(lonelyNodes)} nodes would carry a single pod each because of pod anti-affinity`,
    "(Karpenter treats a preferred one as required while it can)",
  ].join(" ");
  return [{ code: "anti-affinity", sentence }];
}

function priceCauses({ today, karpenter }: Sides): readonly Cause[] {
  const unknown = new Set(
    [...today.nodes, ...karpenter.nodes]
      .filter((node) => node.usdPerHour.expected === undefined)
      .map(
        (node) =>
          `${node.instanceType ?? `node ${node.name}`}${node.operatingSystem === "windows" ? " with Windows" : ""}`,
      ),
  );
  if (unknown.size === 0) return [];
  const names = Array.from(unknown).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return [{ code: "unknown-price", sentence: `no price is known for ${names.slice(0, 3).join(", ")}${more}` }];
}

function figure(n: number | undefined): string {
  return n === undefined ? "unknown" : String(n);
}

function countCauses({ today, karpenter }: Sides): readonly Cause[] {
  const more = karpenter.totals.nodes - today.totals.nodes;
  const vcpus = `${figure(today.totals.vcpus)} to ${figure(karpenter.totals.vcpus)} vCPU`;
  const nodes = today.totals.nodes === 1 ? "1 node becomes" : `${figure(today.totals.nodes)} nodes become`;
  const counts = `${nodes} ${figure(karpenter.totals.nodes)}, ${vcpus}`;
  if (more < 0) return [{ code: "fewer-nodes", sentence: counts }];
  if (more === 0) return [];
  const extraCpu = karpenter.totals.daemonRequested.cpuMilli - today.totals.daemonRequested.cpuMilli;
  const extraMemory = karpenter.totals.daemonRequested.memoryBytes - today.totals.daemonRequested.memoryBytes;
  const causes: Cause[] = [{ code: "more-nodes", sentence: counts }];
  if (isCause({ extraCpu, extraMemory }, { today, karpenter }) && (extraCpu > 0 || extraMemory > 0)) {
    const cpu = (Math.max(0, extraCpu) / 1000).toFixed(1);
    const memory = (Math.max(0, extraMemory) / 2 ** 30).toFixed(1);
    causes.push({
      code: "daemon-overhead",
      sentence: `DaemonSets run once more on every added node: ${cpu} vCPU and ${memory} GiB more than today`,
    });
  }
  return causes;
}

function feeCauses({ today, karpenter }: Sides, options: SimulateOptions): readonly Cause[] {
  const fee = options.perNodeFeeUsdPerHour ?? 0;
  const extra = karpenter.totals.agentsUsdPerHour - today.totals.agentsUsdPerHour;
  if (fee === 0 || extra === 0) return [];
  const word = extra > 0 ? "more" : "less";
  return [
    {
      code: "agent-fees",
      sentence: `agents that charge ${fee} USD per node and hour cost ${monthlyText(Math.abs(extra))} ${word}`,
      usdPerHour: extra,
    },
  ];
}

function commitmentCauses({ today, karpenter, prices }: Sides, options: SimulateOptions): readonly Cause[] {
  const before = unusedCommitment(today.nodes, options, prices);
  const after = unusedCommitment(karpenter.nodes, options, prices);
  if (before === undefined || after === undefined || after - before < 0.005) return [];
  return [
    {
      code: "unused-commitment",
      sentence: `${monthlyText(after)} of the Savings Plan would lie unused (${monthlyText(before)} today)`,
      usdPerHour: after - before,
    },
  ];
}

function reservedCauses({ today, karpenter, prices }: Sides, options: SimulateOptions): readonly Cause[] {
  const before = reservedUse(today.nodes, options, prices).idleUsdPerHour;
  const after = reservedUse(karpenter.nodes, options, prices).idleUsdPerHour;
  if (before === undefined || after === undefined || after - before < 0.005) return [];
  return [
    {
      code: "unused-commitment",
      sentence: `reserved instances for ${monthlyText(after)} would lie unused (${monthlyText(before)} today)`,
      usdPerHour: after - before,
    },
  ];
}

function shapeCauses({ cheaperShape: shape }: Sides): readonly Cause[] {
  if (shape === undefined) return [];
  const cost = monthlyText(shape.usdPerHour);
  const { insteadOf } = shape;
  const sentence =
    insteadOf === undefined
      ? [
          `${shape.nodes} x ${shape.instanceType} would carry the same pods for ${cost}:`,
          "Karpenter packs first and prices each node afterwards",
        ].join(" ")
      : [
          `the pods on ${shape.nodes} x ${insteadOf.instanceType} would fit on ${shape.nodes} x ${shape.instanceType}`,
          `for ${cost} instead of ${usdPerMonth(insteadOf.usdPerHour).toFixed(2)}; the NodePool does not allow it`,
        ].join(" ");
  return [{ code: "cheaper-shape", sentence, usdPerHour: shape.usdPerHour }];
}

/** One resource is asked for to the brim while the other lies idle: the requests decide the bill, not the autoscaler. */
function requestCauses({ karpenter }: Sides): readonly Cause[] {
  const cpu = share(karpenter.totals.requested, karpenter.totals.allocatable, "cpuMilli");
  const memory = share(karpenter.totals.requested, karpenter.totals.allocatable, "memoryBytes");
  if (cpu === undefined || memory === undefined) return [];
  const [full, idle] = memory > cpu ? ["memory", "CPU"] : ["CPU", "memory"];
  const [high, low] = [Math.max(cpu, memory), Math.min(cpu, memory)];
  if (high < 70 || low > 50) return [];
  const shares = `${full} is ${Math.round(high)}% requested and ${idle} ${Math.round(low)}%`;
  const sentence = `${shares}: requests for ${full} decide the number of nodes`;
  return [{ code: "requests-dominate", sentence }];
}
