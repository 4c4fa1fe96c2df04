import type { Pod, PodDisruptionBudget } from "../../kube/objects.ts";
import { isReady, isTerminating } from "../../kube/pod.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { type Consents, isPlaceholder, type OwnerName, ownerNameOf, podName } from "../../migration/shift/movable.ts";
import { holdsForAnnotation, labelValue, placeholderNamespace, twinLabel } from "../../migration/shift/placeholder.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { pause, withRetry } from "../run/wait.ts";
import { loadOf, type MovingPod, readyByOwner, requireConsent } from "./pods.ts";
import { cordon, requireCordoned } from "./cordon.ts";
import { Returns } from "./returns.ts";

/** Nodes to be emptied, and within what bounds. */
export interface Drain {
  readonly title: string;
  readonly nodes: ReadonlySet<string>;
  readonly consents: Consents;
  readonly timeoutMs: number;
  /** Ready pods by owner before the first eviction: what must be there again before the next one, and at the end. */
  readonly expected: ReadonlyMap<OwnerName, number>;
  /** What to do with pods that need consent: stop, or leave them where they are. */
  readonly onGuarded: "stop" | "leave";
  /** The command that goes on with it, for messages. */
  readonly goOn: "dovetail resume" | "dovetail rollback";
}

const roundMs = 3_000;

/**
 * Moves every pod off the nodes through the Eviction API, one of each workload at a time, until all are Ready
 * elsewhere. The nodes are cordoned first, and looked at again in every round.
 *
 * Idempotent. Throws `migrate.blocked` when the time is over, with every pod and budget that stood in the way; `migrate.uncordoned` when
 * somebody lets pods back onto a node meanwhile, and `migrate.returns` when a workload comes back to its node all the same.
 */
export async function drainNodes(world: World, drain: Drain): Promise<void> {
  const sinceMs = world.clock.nowMs();
  const untilMs = sinceMs + drain.timeoutMs;
  const about = { code: "migrate.blocked", what: drain.title } as const;
  const owners = new Set<OwnerName>();
  let most = 0;
  let returns: Returns | undefined;
  await cordon(world, drain.nodes);
  try {
    for (;;) {
      await requireCordoned(world, drain);
      const pods = await withRetry(world, () => world.cluster.list("pods"));
      const load = loadOf(pods, drain.nodes, drain.consents);
      if (drain.onGuarded === "stop") requireConsent(load);
      for (const { owner } of load.moving) owners.add(owner);
      most = Math.max(most, load.moving.length);
      const behind = await ownersBehind(world, { pods, owners, expected: drain.expected });
      if (load.moving.length === 0 && behind.size === 0) return;
      returns ??= new Returns(drain, load.moving);
      const waits = await evictRound(world, { moving: load.moving, behind, pods, returns });
      const detail = waits[0] ?? [...behind.keys()][0] ?? "";
      world.host.tell({
        kind: "waiting",
        ...about,
        missing: detail,
        done: most - load.moving.length,
        of: most,
        sinceMs,
        untilMs,
      });
      if (world.clock.nowMs() >= untilMs) throw blocked(drain, load.moving, [...waits, ...notReady(behind)]);
      await pause(world, roundMs);
    }
  } finally {
    world.host.tell({ kind: "waited", ...about });
  }
}

/** Owners with fewer Ready pods than before, with how many they lack. An owner that wants fewer now is not behind. */
async function ownersBehind(
  world: Reading,
  state: {
    readonly pods: readonly Pod[];
    readonly owners: ReadonlySet<OwnerName>;
    readonly expected: ReadonlyMap<OwnerName, number>;
  },
): Promise<ReadonlyMap<OwnerName, number>> {
  const ready = readyByOwner(state.pods);
  const behind = new Map<OwnerName, number>();
  for (const owner of state.owners) {
    const lacking = (state.expected.get(owner) ?? 0) - (ready.get(owner) ?? 0);
    if (lacking <= 0) continue;
    const wanted = await wantedReplicas(world, owner);
    const still = Math.min(wanted, state.expected.get(owner) ?? 0) - (ready.get(owner) ?? 0);
    if (still > 0) behind.set(owner, still);
  }
  return behind;
}

/** Replicas that an owner wants now. Jobs end by themselves, and an owner that is gone wants none. */
async function wantedReplicas(world: Reading, owner: OwnerName): Promise<number> {
  const [kind = "", namespace = "", name = ""] = owner.split("/");
  const resource = (
    { ReplicaSet: "replicasets", StatefulSet: "statefulsets", ReplicationController: "replicationcontrollers" } as const
  )[kind];
  if (kind === "Job" || kind === "Pod") return 0;
  if (resource === undefined) return Number.POSITIVE_INFINITY;
  const found = await withRetry(world, () => world.cluster.get({ resource, namespace, name }));
  return found === undefined || isTerminatingObject(found) ? 0 : (found.spec.replicas ?? 1);
}

function isTerminatingObject(object: { readonly metadata: { readonly deletionTimestamp?: string } }): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Evicts what may go now; answers what must wait, and why. */
async function evictRound(
  world: World,
  round: {
    readonly moving: readonly MovingPod[];
    readonly behind: ReadonlyMap<OwnerName, number>;
    readonly pods: readonly Pod[];
    readonly returns: Returns;
  },
): Promise<readonly string[]> {
  const waits: string[] = [];
  const busy = new Set(round.behind.keys());
  const room = new Set(round.pods.filter(isPlaceholder));
  for (const { pod, owner } of round.moving) {
    if (isTerminating(pod)) {
      waits.push(`${podName(pod)} is terminating`);
      continue;
    }
    if (isReady(pod) && busy.has(owner)) continue;
    round.returns.check(pod, owner, round.pods);
    await giveRoom(world, pod, room);
    const wait = await evict(world, pod, owner);
    if (wait === undefined) {
      busy.add(owner);
      round.returns.count(pod, owner);
    } else waits.push(wait);
  }
  return waits;
}

/** Removes the placeholder that holds the pod's room, or one of its twins', so that the successor finds it free. */
async function giveRoom(world: World, pod: Pod, placeholders: Set<Pod>): Promise<void> {
  const twin = labelValue(ownerNameOf(pod) ?? podName(pod));
  const all = [...placeholders];
  const own = all.find((held) => held.metadata.annotations?.[holdsForAnnotation] === podName(pod));
  const held = own ?? all.find((one) => one.metadata.labels?.[twinLabel] === twin);
  if (held === undefined) return;
  placeholders.delete(held);
  await withRetry(world, () =>
    world.cluster.delete({ resource: "pods", namespace: placeholderNamespace, name: held.metadata.name }),
  );
}

async function evict(world: World, pod: Pod, owner: OwnerName): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? "default";
  const { name, uid } = pod.metadata;
  const guard = uid === undefined ? {} : { uid };
  const answer = await withRetry(world, () => world.cluster.evict({ namespace, name, ...guard }));
  switch (answer.kind) {
    case "evicted":
      world.host.tell({ kind: "evicted", pod: podName(pod), owner, node: pod.spec.nodeName ?? "" });
      return undefined;
    case "gone":
      return undefined;
    case "blocked":
      return `${podName(pod)} of ${owner} — ${await budgetText(world, pod)}`;
    case "impossible":
      throw new Fault(
        "migrate.two-budgets",
        `${podName(pod)} has several PodDisruptionBudgets: ${await budgetText(world, pod)}`,
        {
          why: "the Eviction API refuses such a pod for ever, so no wait will help",
          hint: "leave one PodDisruptionBudget for the pod, then run `dovetail resume`",
        },
      );
  }
}

/** Names the budgets over a pod as people need them: `PDB cart allows 0 of 1`. */
async function budgetText(world: Reading, pod: Pod): Promise<string> {
  const namespace = pod.metadata.namespace ?? "default";
  const budgets = await withRetry(world, () => world.cluster.list("poddisruptionbudgets", { namespace }));
  const over = budgets.filter((budget) => selectorMatches(budget.spec.selector, pod.metadata.labels));
  return over.length === 0 ? "refused by a PodDisruptionBudget" : over.map(describeBudget).join(", ");
}

/** `PDB cart allows 0 of 2`. */
export function describeBudget(budget: PodDisruptionBudget): string {
  const { disruptionsAllowed, expectedPods } = budget.status ?? {};
  if (disruptionsAllowed === undefined) return `PDB ${budget.metadata.name}`;
  const of = expectedPods === undefined ? "" : ` of ${expectedPods}`;
  return `PDB ${budget.metadata.name} allows ${disruptionsAllowed}${of}`;
}

function notReady(behind: ReadonlyMap<OwnerName, number>): readonly string[] {
  return [...behind].map(([owner, count]) => `${owner} lacks ${count} ready`);
}

function blockedHint(goOn: Drain["goOn"]): string {
  const other = goOn === "dovetail resume" ? ", or `dovetail rollback`" : " again";
  return `remove what blocks them and run \`${goOn}\`${other}`;
}

function blocked(drain: Drain, moving: readonly MovingPod[], waits: readonly string[]): Fault {
  const shown = waits.slice(0, 5);
  const more = waits.length > shown.length ? [`and ${waits.length - shown.length} more`] : [];
  const left =
    moving.length === 0
      ? "all pods left, not all are ready"
      : `${moving.length} ${moving.length === 1 ? "pod is" : "pods are"} left`;
  return new Fault("migrate.blocked", `${drain.title}: ${left} after ${Math.round(drain.timeoutMs / 60_000)} min`, {
    why: [...shown, ...more].join("; "),
    hint: blockedHint(drain.goOn),
  });
}
