/** Looks at everybody's effects on a world, and knows nothing of how they were made. */
import { instanceIdOf } from "../../../src/kube/node.ts";
import type { Node, Pod } from "../../../src/kube/objects.ts";
import { isDaemonPod, isMirrorPod, isTerminal, isTerminating } from "../../../src/kube/pod.ts";
import { isPlaceholder, podName, standingOf } from "../../../src/migration/shift/movable.ts";
import { FeedCheckers } from "../../../src/twin/checkers/feed.ts";
import type { StoreChange } from "../../../src/twin/store/change.ts";
import { str } from "../../../src/twin/store/objects.ts";
import type { Twin } from "../../../src/twin/world/twin.ts";
import type { Ledger } from "./ledger.ts";

const nobody = { bare: [], protected: [] } as const;

/** How long after a deed of others a budget may be behind. */
const lagMs = 15_000;

/** The most evictions of one pod's name from one node in one run. */
const mostReturns = 3;

export class Watch {
  readonly wrong: string[] = [];
  readonly #twin: Twin;
  readonly #ledger: Ledger;
  readonly #feed: FeedCheckers;
  readonly #end: readonly (() => void)[];
  readonly #ended = new Set<string>();
  #evictions = new Map<string, number>();

  constructor(twin: Twin, ledger: Ledger) {
    this.#twin = twin;
    this.#ledger = ledger;
    this.#feed = new FeedCheckers(twin);
    this.#end = [
      twin.subscribe((change) => this.#change(change)),
      twin.subscribeRows((table, key) => {
        if (table === "ec2.instances") this.#instance(key);
      }),
    ];
  }

  /** A new process: it may evict again what one before it evicted. */
  newRun(): void {
    this.#evictions = new Map();
  }

  /** What a desired size may not be below: instances that count and run pods. */
  sizes(operation: string, input: Readonly<Record<string, unknown>>): void {
    const scaling = (input["scalingConfig"] ?? {}) as Readonly<Record<string, unknown>>;
    const wanted = input["DesiredCapacity"] ?? scaling["desiredSize"];
    const name = str((input["AutoScalingGroupName"] ?? input["nodegroupName"]) as string);
    if (wanted === undefined) return;
    const group = Object.values(this.#twin.account.table("autoscaling.groups")).find((one) => {
      const own = str(one["AutoScalingGroupName"]);
      return own === name || own.includes(`eks-${name}-`);
    });
    const members = (group?.["Instances"] ?? []) as readonly Readonly<Record<string, unknown>>[];
    const there = members.filter(({ LifecycleState }) => /^(InService|Pending)/.test(String(LifecycleState))).length;
    if (Number(wanted) < there) this.#report(`${operation} asks for ${Number(wanted)} of ${name}, which has ${there}`);
  }

  /** Every pod that an instance runs and that would go with it. */
  podsOn(instanceId: string): readonly Pod[] {
    const node = this.#twin.store.all("nodes").find((one: Node) => instanceIdOf(one) === instanceId);
    if (node === undefined) return [];
    return this.#twin.store.all("pods").filter((pod) => pod.spec.nodeName === node.metadata.name && isLost(pod));
  }

  /** All that was wrong. */
  finish(): readonly string[] {
    for (const end of this.#end) end();
    const { breaches } = this.#feed.finish();
    const ours = breaches.filter(({ what, atMs }) => what.startsWith("dovetail") && atMs - this.#ledger.lastMs > lagMs);
    return [...this.wrong, ...ours.map(({ what }) => what)];
  }

  #instance(id: string): void {
    const row = this.#twin.account.table("ec2.instances")[id];
    const state = (row?.["State"] ?? {}) as { readonly Name?: string };
    if (state.Name !== "shutting-down" || this.#ended.has(id)) return;
    this.#ended.add(id);
    const group = str(row?.["_group"] ?? "");
    if (this.#ledger.instances.has(id) || this.#ledger.groups.has(group)) return;
    if (this.#ledger.unforeseen.has("a NodePool was deleted")) return;
    const pods = this.podsOn(id);
    const [first] = pods;
    if (first === undefined) return;
    const last = this.#twin.audit.at(-1);
    this.#report(
      `${id} of ${group === "" ? "Karpenter" : group} ended with ${pods.length} pods that nobody evicted, ${podName(first)} (${last?.actor} ${last?.operation})`,
    );
  }

  #change({ resource, verb, before, actor }: StoreChange): void {
    if (resource !== "pods" || verb !== "evict" || before === undefined) return;
    const pod = before as unknown as Pod;
    if (actor === "a person") return;
    const standing = standingOf(pod, nobody);
    // EKS drains what Auto Scaling chose, and knows of no protection; nor does Cluster Autoscaler, of Karpenter's.
    const isOurs = actor === "dovetail" || (actor === "eks" && !this.#isExcused(pod));
    if (standing.kind === "guarded" && isOurs && this.#twin.nowMs - this.#ledger.lastMs > 1_000)
      this.#report(`${actor} evicted ${podName(pod)}, which is ${standing.because}`);
    if (actor !== "dovetail") return;
    this.#checkAutoscaler(pod);
    const key = `${podName(pod)} ${pod.spec.nodeName ?? ""}`;
    const times = (this.#evictions.get(key) ?? 0) + 1;
    this.#evictions.set(key, times);
    if (times > mostReturns) this.#report(`${podName(pod)} was evicted ${times} times from ${pod.spec.nodeName ?? ""}`);
  }

  #checkAutoscaler(pod: Pod): void {
    const since = this.#ledger.autoscalerBackMs;
    const isForward = !this.isBack;
    const isUp = this.#twin.store
      .all("deployments")
      .some((one) => one.metadata.name === "cluster-autoscaler" && one.spec.replicas !== 0);
    if (isForward && isUp && since !== undefined && this.#twin.nowMs - since > lagMs)
      this.#report(
        `${podName(pod)} was evicted although Cluster Autoscaler is back for ${(this.#twin.nowMs - since) / 1000} s`,
      );
  }

  /** Whether the way back is under way: then Cluster Autoscaler may come back. */
  isBack = false;

  #isExcused(pod: Pod): boolean {
    const node = this.#twin.store.find("nodes", pod.spec.nodeName ?? "");
    const id = node === undefined ? undefined : instanceIdOf(node);
    const row = id === undefined ? undefined : this.#twin.account.table("ec2.instances")[id];
    return (
      this.#ledger.groups.has(str(row?.["_group"] ?? "")) ||
      this.#ledger.instances.has(id ?? "") ||
      this.#ledger.unforeseen.size > 0
    );
  }

  #report(what: string): void {
    const at = new Date(this.#twin.nowMs).toISOString().slice(11, 19);
    this.wrong.push(`${at} ${what}`);
  }
}

function isLost(pod: Pod): boolean {
  return !isDaemonPod(pod) && !isMirrorPod(pod) && !isTerminal(pod) && !isTerminating(pod) && !isPlaceholder(pod);
}
