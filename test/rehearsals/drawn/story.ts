import type { FaultRule } from "../../../src/twin/faults/faults.ts";
import { Random } from "../../../src/twin/time/random.ts";
import { clusters } from "./cluster.ts";
import { type DeedName, deedNames } from "./deeds.ts";

/** Something that a person or AWS does, at the given news of the run. */
export interface PlannedDeed {
  readonly atNews: number;
  readonly deed: DeedName;
  /** What it is done to, among what there is. */
  readonly dice: number;
}

/** The end of a process, and how it is begun again. */
export interface PlannedKill {
  readonly atWrite: number;
  readonly when: "before" | "after";
  /** Time until somebody notices; 0: at once. */
  readonly idleMs: number;
}

/** What happens in one rehearsal: all of it follows from the seed. */
export interface Story {
  readonly cluster: number;
  readonly goal: "migrate" | "rollback" | "rollback half-way" | "group by group";
  readonly kills: readonly PlannedKill[];
  readonly killsBack: readonly PlannedKill[];
  /** News at which the user presses Ctrl-C. */
  readonly stops: readonly number[];
  readonly faults: readonly FaultRule[];
  readonly deeds: readonly PlannedDeed[];
  /** EKS takes that many times as long. */
  readonly slowness: number;
  /** Reads of the account tell what was so long ago. */
  readonly staleMs: number;
}

const faultable = [
  "kube:list pods",
  "kube:list nodes",
  "kube:get deployments",
  "kube:patch nodes",
  "kube:create pods",
  "kube:delete pods",
  "kube:evict",
  "kube:patch deployments",
  "kube:patch nodepools",
  "kube:get nodepools",
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "autoscaling:SetDesiredCapacity",
  "autoscaling:UpdateAutoScalingGroup",
  "autoscaling:SuspendProcesses",
  "autoscaling:ResumeProcesses",
  "eks:UpdateNodegroupConfig",
  "eks:DescribeNodegroup",
  "eks:DescribeUpdate",
  "sts:GetCallerIdentity",
] as const;

/** About as many news as a small cluster's way there and back tells. */
const newsOfAWay = 260;

/** The story of a seed. */
export function storyOf(seed: number): Story {
  const random = Random.of(`drawn ${seed}`);
  const times = <T>(most: number, draw: () => T): T[] => Array.from({ length: random.integer(0, most) }, draw);
  const kill = (): PlannedKill => ({
    atWrite: random.integer(1, 45),
    when: random.pick(["before", "after"] as const) ?? "after",
    idleMs: random.pick([0, 0, 20_000, 600_000]) ?? 0,
  });
  const goal = random.pick(["migrate", "migrate", "rollback", "rollback half-way", "group by group"] as const);
  return {
    cluster: random.integer(1, clusters),
    goal: goal ?? "migrate",
    kills: times(2, kill),
    killsBack: times(1, kill),
    stops: random.integer(0, 5) === 0 ? [random.integer(1, newsOfAWay)] : [],
    faults: times(2, (): FaultRule => {
      const kind = random.pick(["throttle", "lost-answer", "conflict"] as const) ?? "throttle";
      const match = random.pick(faultable.filter((call) => kind !== "conflict" || call.startsWith("kube:patch")));
      return { kind, match: match ?? "kube:evict", times: random.integer(1, 3) };
    }),
    deeds: times(3, () => ({
      atNews: random.integer(1, newsOfAWay),
      deed: random.pick(deedNames) ?? "scale-up",
      dice: random.next(),
    })),
    slowness: random.pick([1, 1, 1, 8]) ?? 1,
    staleMs: random.pick([0, 0, 0, 2_000]) ?? 0,
  };
}
