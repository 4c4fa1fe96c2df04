import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { assess } from "../../assessment/assess.ts";
import { type Facts, factsOf } from "../../assessment/facts.ts";
import { evictionStops, placementStops, podsOfFinding } from "../../assessment/stops.ts";
import { ownerCode, revertersOf } from "./owners.ts";
import { nearest } from "../../fault/nearest.ts";
import { usage } from "../../fault/fault.ts";
import type { Finding } from "../../findings/finding.ts";
import { findKind } from "../../findings/registry.ts";
import type { UnschedulablePod } from "../../forecast/types.ts";
import type { Pod } from "../../kube/objects.ts";
import type { MigrationContext } from "../../migration/contexts.ts";
import { podName, standingOf } from "../../migration/shift/movable.ts";
import type { Accepted, MigrationOptions } from "../../migration/shift/options.ts";
import { inSeveralZones, zonesByWorkload, zonesCode } from "../../migration/shift/spread.ts";
import { shellWord } from "../../kube/text.ts";

/** What is known before the first step of what the plan will meet. */
export type Known = Required<Pick<MigrationContext, "blockers" | "risks" | "accepted">>;

/** What it is known from. */
export interface KnownFrom {
  readonly snapshot: Snapshot;
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly groups: readonly NodeGroup[];
  /** Pods that no NodePool takes; undefined when no forecast was made. */
  readonly unschedulable?: readonly UnschedulablePod[];
}

type Blocker = Known["blockers"][number];

const placementCode = "DV1011";

/**
 * What assessment and forecast say of the pods that leave these nodes: what cannot end, what was accepted of it, and what only
 * hurts. Throws `usage.accept` where something is accepted that is not in the way.
 */
export function knownOf(facts: KnownFrom, leaving: ReadonlySet<string>, options: MigrationOptions): Known {
  const joined = factsOf(facts.snapshot, { autoscalers: facts.autoscalers, nodeGroups: facts.groups });
  const moving = movingPods(joined, leaving, options);
  const found = assess(joined).findings.flatMap((finding) => {
    const pods = podsOfFinding(joined, finding)
      .map(podName)
      .filter((name) => moving.has(name));
    return pods.length === 0 ? [] : [{ finding, pods }];
  });
  const placed = unplaced(facts.unschedulable, moving, found);
  const stopped = found.filter(({ finding }) => evictionStops.has(finding.code));
  const writers = revertersOf(
    facts.snapshot,
    facts.autoscalers,
    facts.groups.filter((group) => group.nodeNames.some((name) => leaving.has(name))),
  );
  const all = [
    ...writers.map((one): Blocker => ({ code: ownerCode, ...one, pods: [] })),
    ...stopped.map(({ finding, pods }) => blockerOf(finding, pods)),
    ...placed,
  ];
  const { pods = [], nodes = [], replicasets = [] } = facts.snapshot.objects;
  const accepted = acceptedOf(
    all,
    options.accepted,
    Object.keys(inSeveralZones(zonesByWorkload({ pods, nodes, replicasets }))),
  );
  const isAccepted = (one: Blocker): boolean =>
    accepted.some((yes) => yes.code === one.code && yes.subject === one.subject);
  const inTheWay = new Set(all.map(({ code }) => code));
  const hurting = found.filter(({ finding }) => finding.severity !== "info" && !inTheWay.has(finding.code));
  return { blockers: all.filter((one) => !isAccepted(one)), accepted, risks: risksOf(hurting) };
}

function movingPods(facts: Facts, leaving: ReadonlySet<string>, options: MigrationOptions): ReadonlySet<string> {
  const moves = (pod: Pod): boolean => standingOf(pod, options.consents).kind === "moves";
  return new Set(
    Array.from(leaving, (node) => facts.podsByNode.get(node) ?? []).flatMap((pods) => pods.filter(moves).map(podName)),
  );
}

interface Concern {
  readonly finding: Finding;
  readonly pods: readonly string[];
}

/** Pods that no NodePool takes: as the forecast says, or where none was made, as the assessment fears. */
function unplaced(
  unschedulable: readonly UnschedulablePod[] | undefined,
  moving: ReadonlySet<string>,
  found: readonly Concern[],
): readonly Blocker[] {
  const feared = found.filter(({ finding }) => placementStops.has(finding.code));
  if (unschedulable === undefined) return feared.map(({ finding, pods }) => blockerOf(finding, pods));
  const byOwner = new Map<string, { readonly reason: string; readonly pods: string[] }>();
  for (const { pod, owner, reason } of unschedulable) {
    if (!moving.has(pod)) continue;
    const subject = subjectOf(owner, pod);
    const known = byOwner.get(subject) ?? { reason, pods: [] };
    byOwner.set(subject, known);
    known.pods.push(pod);
  }
  return Array.from(byOwner, ([subject, { reason, pods }]) => {
    const finding = feared.find((one) => one.finding.subject === subject)?.finding;
    const fix = finding?.fix ?? `see \`dovetail explain pod ${shellWord(pods[0] ?? subject)}\``;
    return {
      code: finding?.code ?? placementCode,
      subject,
      pods,
      reason: `no NodePool takes them: ${[...new Set(reason.split("; "))].join("; ")}`,
      fix,
    };
  });
}

/** `Deployment shop/web`, as a forecast names an owner, as a subject: `Deployment/shop/web`. */
function subjectOf(owner: string | undefined, pod: string): string {
  return owner === undefined ? `Pod/${pod}` : owner.replace(" ", "/");
}

function blockerOf({ code, subject, message, fix }: Finding, pods: readonly string[]): Blocker {
  return { code, subject, pods: [...pods], reason: message, fix };
}

function acceptedOf(
  all: readonly Blocker[],
  wanted: readonly Accepted[],
  spread: readonly string[],
): Known["accepted"] {
  return wanted.flatMap(({ code, name, reason }) => {
    const wide = code === zonesCode ? spread.filter((subject) => nameOfSubject(subject) === name) : [];
    if (wide.length > 0) return wide.map((subject) => ({ code, subject, reason }));
    const matching = all.filter(
      (one) => one.code === code && (one.subject.endsWith(`/${name}`) || one.pods.includes(name)),
    );
    if (matching.length > 0) return matching.map(({ subject }) => ({ code, subject, reason }));
    const known = all.map((one) => `${one.code}=${nameOfSubject(one.subject)}`);
    const near = nearest(`${code}=${name}`, known);
    throw usage(
      "accept",
      `--accept ${code}=${name}: nothing of this plan is stopped by that`,
      known.length === 0 ? "nothing is in the way of this plan: leave it out" : `in the way: ${known.join(", ")}`,
      near === undefined ? undefined : `near is ${near}`,
    );
  });
}

/** `namespace/name` of a subject `Kind/namespace/name`. */
export function nameOfSubject(subject: string): string {
  return subject.split("/").slice(1).join("/");
}

function risksOf(found: readonly Concern[]): Known["risks"] {
  const byCode = new Map<string, Concern[]>();
  for (const one of found) byCode.set(one.finding.code, [...(byCode.get(one.finding.code) ?? []), one]);
  return Array.from(byCode, ([code, concerns]) => ({
    code,
    severity: concerns[0]?.finding.severity ?? "warning",
    title: findKind(code)?.kind.title ?? "",
    subjects: concerns.map(({ finding }) => finding.subject),
    pods: new Set(concerns.flatMap(({ pods }) => pods)).size,
  }));
}
