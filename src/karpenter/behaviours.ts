// Our own: the real program has no such file.
import type { KarpenterBehaviour } from "./behaviour.ts";

/** Minor releases in order. The last is the newest that Dovetail knows. */
export const minors = [
  "1.0",
  "1.1",
  "1.2",
  "1.3",
  "1.4",
  "1.5",
  "1.6",
  "1.7",
  "1.8",
  "1.9",
  "1.10",
  "1.11",
  "1.12",
  "1.13",
  "1.14",
  "1.15",
] as const;

/** A minor release whose decisions are in the table. */
export type Minor = (typeof minors)[number];

/** Releases whose real program was run on the recorded scenarios (`docs/fidelity.md`). */
export const compared: readonly Minor[] = ["1.9", "1.14", "1.15"];

/** One behaviour through the releases. */
interface Row<T> {
  /** As `docs/fidelity.md` numbers it. */
  readonly id: string;
  /** What it is from a release on, until the next one named. */
  readonly since: Partial<Readonly<Record<Minor, T>>> & { readonly "1.0": T };
  /** Releases that were run but showed nothing of it: there it is known from the source only. */
  readonly read?: readonly Minor[];
}

type Rows = { readonly [K in keyof KarpenterBehaviour]: Row<KarpenterBehaviour[K]> };

const rows: Rows = {
  daemonOverhead: { id: "S1", since: { "1.0": "by-pool", "1.14": "by-type" } },
  hostPorts: { id: "S2", since: { "1.0": "by-claim-alone", "1.4": "by-pool", "1.13": "by-claim" } },
  volumeTerms: { id: "S3", since: { "1.0": "first", "1.12": "alternatives" } },
  refusesVolumesBeingDeleted: { id: "S4", since: { "1.0": false, "1.10": true }, read: ["1.9"] },
  nodeLimit: { id: "S5", since: { "1.0": "never", "1.4": "exceeded", "1.11": "reached" } },
  resizes: { id: "S6", since: { "1.0": "ignored", "1.14": "of-all" } },
  hasStartedLabels: { id: "S7", since: { "1.0": false, "1.14": true } },
  offeringOverrides: { id: "S8", since: { "1.0": "ignored", "1.14": "added", "1.15": "replacing" } },
  judgesSizeWithOffering: { id: "S9", since: { "1.0": false, "1.14": true } },
  hasReadinessTaints: { id: "S10", since: { "1.0": false, "1.13": true }, read: ["1.9"] },
  minValuesCount: { id: "S11", since: { "1.0": "all", "1.15": "allowed" } },
  fullReservations: { id: "S12", since: { "1.0": "wait", "1.15": "fall-back" } },
  hasDefaultSpread: { id: "S13", since: { "1.0": false, "1.15": true } },
  driverWithoutCount: { id: "S14", since: { "1.0": "none", "1.15": "any" } },
  hasTypeVolumeLimits: { id: "S15", since: { "1.0": false, "1.15": true } },
  hasNodeOverlays: { id: "S18", since: { "1.0": false, "1.7": true }, read: ["1.9", "1.14", "1.15"] },
  hasCapacityBuffers: { id: "S19", since: { "1.0": false, "1.14": true }, read: ["1.14", "1.15"] },
  namesDaemonPods: { id: "S17", since: { "1.0": false, "1.14": true } },
  maxInstanceTypes: { id: "S16", since: { "1.0": 60, "1.7": 600 } },
  consolidationOrder: { id: "D1", since: { "1.0": "cost", "1.14": "savings" } },
  emptiness: { id: "D2", since: { "1.0": "no-pods", "1.14": "no-cost" } },
  hasBalancedPolicy: { id: "D3", since: { "1.0": false, "1.14": true } },
  sparesYoungNodes: { id: "D4", since: { "1.0": false, "1.14": true } },
  podDoNotDisrupt: { id: "D5", since: { "1.0": "literal", "1.12": "duration" } },
  candidatePrice: { id: "D6", since: { "1.0": "cheapest", "1.14": "own" } },
  evictionCost: { id: "D7", since: { "1.0": "deletion-cost-float", "1.15": "own-key-int32" } },
  nodeRepair: { id: "D8", since: { "1.0": "none", "1.1": "controller", "1.15": "method" } },
  canTerminateFirst: { id: "D9", since: { "1.0": false, "1.15": true } },
  hasReboots: { id: "D10", since: { "1.0": false, "1.15": true } },
  forceDeleteHasGrace: { id: "D11", since: { "1.0": false, "1.11": true }, read: ["1.9", "1.14", "1.15"] },
  nodePoolHash: { id: "G1", since: { "1.0": "v3" } },
  nodeClassHash: { id: "A1", since: { "1.0": "v3", "1.1": "v4", "1.12": "v5", "1.15": "v6" } },
  kubernetes: {
    id: "A2",
    since: {
      "1.0": { min: "1.25", max: "1.31" },
      "1.2": { min: "1.25", max: "1.32" },
      "1.5": { min: "1.26", max: "1.33" },
      // The first patches of 1.6 and 1.7 stopped at 1.33.
      "1.6": { min: "1.26", max: "1.34" },
      "1.9": { min: "1.26", max: "1.35" },
      "1.13": { min: "1.26", max: "1.36" },
      "1.15": { min: "1.26", max: "1.37" },
    },
  },
  kubelet: { id: "A3", since: { "1.0": "typed", "1.15": "open" }, read: ["1.9", "1.14", "1.15"] },
  nodeClassFields: {
    id: "A4",
    since: {
      "1.0": [],
      "1.11": ["placementGroupSelector", "networkInterfaces"],
      "1.13": ["placementGroupSelector", "networkInterfaces", "connectionTracking", "cpuOptions"],
      "1.15": ["placementGroupSelector", "networkInterfaces", "connectionTracking", "cpuOptions", "enclaveOptions"],
    },
  },
  hasZonalShift: { id: "A5", since: { "1.0": false, "1.12": true } },
  addressShortage: { id: "A6", since: { "1.0": "zone", "1.13": "subnet" }, read: ["1.9"] },
  bottlerocketRootVolume: { id: "A7", since: { "1.0": "4Gi", "1.15": "6Gi" }, read: ["1.9", "1.15"] },
  enclaves: { id: "A8", since: { "1.0": "never", "1.14": "requested", "1.15": "by-class" }, read: ["1.15"] },
  hasInterruptibleReservations: { id: "A9", since: { "1.0": false, "1.10": true } },
  filtersByFamily: { id: "A10", since: { "1.0": false, "1.11": true } },
  reservedFailures: { id: "A11", since: { "1.0": "any", "1.10": "shortage", "1.15": "told-apart" } },
  brokenMinValues: { id: "A12", since: { "1.0": "create-error", "1.10": "insufficient-capacity" } },
  launchReasons: {
    id: "A13",
    since: {
      "1.0": [],
      "1.10": ["FreeTierIneligible"],
      "1.12": ["FreeTierIneligible", "SecurityGroupSubnetVPCMismatch"],
      "1.14": ["FreeTierIneligible", "SecurityGroupSubnetVPCMismatch", "UserDataSizeLimitExceeded"],
    },
  },
  shortageCodes: {
    id: "A14",
    since: { "1.0": [], "1.15": ["SpotMaxPriceTooLow", "InvalidCapacityReservationState.Unavailable"] },
  },
  bottlerocketSettings: {
    id: "A15",
    since: {
      "1.0": [],
      "1.10": ["memory-manager-policy"],
      "1.13": ["memory-manager-policy", "topology-manager-policy-options"],
      "1.15": ["memory-manager-policy", "topology-manager-policy-options", "memory-manager-reserved-memory"],
    },
  },
};

/** How well it is known what a release decides. */
export interface Fidelity {
  readonly minor: Minor;
  /** Its real program was run on the recorded scenarios. */
  readonly isCompared: boolean;
  /** Behaviours in the table. */
  readonly behaviours: number;
  /** Those that were read in its source and not seen, neither in it nor alike in the releases around it, by their id. */
  readonly readOnly: readonly string[];
}

const known = new Map<Minor, KarpenterBehaviour>();

/** How a minor release decides. The same object each time: what engines remember of it is found again. */
export function behaviourOf(minor: Minor): KarpenterBehaviour {
  let behaviour = known.get(minor);
  if (behaviour === undefined) {
    behaviour = decidedBy(minor);
    known.set(minor, behaviour);
  }
  return behaviour;
}

/** How a release before v1 is decided: as the oldest in the table, which is near and not exact. */
export const oldestMinor: Minor = minors[0];

/** Every behaviour of the table with its number. */
export function behaviourIds(): readonly { readonly key: keyof KarpenterBehaviour; readonly id: string }[] {
  return Object.entries(rows).flatMap(([name, { id }]) => (isBehaviour(name) ? [{ key: name, id }] : []));
}

function isBehaviour(name: string): name is keyof KarpenterBehaviour {
  return name in rows;
}

/** What of a minor release was seen and what was only read. */
export function fidelityOf(minor: Minor): Fidelity {
  const all: readonly Row<unknown>[] = Object.values(rows);
  return {
    minor,
    isCompared: compared.includes(minor),
    behaviours: all.length,
    readOnly: all.filter((row) => !isSeen(row, minor)).map(({ id }) => id),
  };
}

/** Seen in the release itself; or, in one that was not run, alike in those that were on both sides of it. */
function isSeen(row: Row<unknown>, minor: Minor): boolean {
  if (compared.includes(minor)) return row.read?.includes(minor) !== true;
  const at = minors.indexOf(minor);
  const below = compared.findLast((one) => minors.indexOf(one) < at);
  const above = compared.find((one) => minors.indexOf(one) > at);
  if (below === undefined || above === undefined || row.read?.includes(below) === true) return false;
  return sinceIn(row, below) === sinceIn(row, above);
}

/** The release since which a row has been as it is in another one. */
function sinceIn(row: Row<unknown>, minor: Minor): Minor {
  const until = minors.slice(0, minors.indexOf(minor) + 1);
  return until.findLast((one) => one in row.since) ?? oldestMinor;
}

function decidedBy(minor: Minor): KarpenterBehaviour {
  const at = <T>(row: Row<T>): T => row.since[sinceIn(row, minor)] ?? row.since["1.0"];
  return {
    daemonOverhead: at(rows.daemonOverhead),
    hostPorts: at(rows.hostPorts),
    volumeTerms: at(rows.volumeTerms),
    refusesVolumesBeingDeleted: at(rows.refusesVolumesBeingDeleted),
    nodeLimit: at(rows.nodeLimit),
    resizes: at(rows.resizes),
    hasStartedLabels: at(rows.hasStartedLabels),
    offeringOverrides: at(rows.offeringOverrides),
    judgesSizeWithOffering: at(rows.judgesSizeWithOffering),
    hasReadinessTaints: at(rows.hasReadinessTaints),
    minValuesCount: at(rows.minValuesCount),
    fullReservations: at(rows.fullReservations),
    hasDefaultSpread: at(rows.hasDefaultSpread),
    hasNodeOverlays: at(rows.hasNodeOverlays),
    hasCapacityBuffers: at(rows.hasCapacityBuffers),
    driverWithoutCount: at(rows.driverWithoutCount),
    hasTypeVolumeLimits: at(rows.hasTypeVolumeLimits),
    namesDaemonPods: at(rows.namesDaemonPods),
    maxInstanceTypes: at(rows.maxInstanceTypes),
    consolidationOrder: at(rows.consolidationOrder),
    emptiness: at(rows.emptiness),
    hasBalancedPolicy: at(rows.hasBalancedPolicy),
    sparesYoungNodes: at(rows.sparesYoungNodes),
    podDoNotDisrupt: at(rows.podDoNotDisrupt),
    candidatePrice: at(rows.candidatePrice),
    evictionCost: at(rows.evictionCost),
    nodeRepair: at(rows.nodeRepair),
    canTerminateFirst: at(rows.canTerminateFirst),
    hasReboots: at(rows.hasReboots),
    forceDeleteHasGrace: at(rows.forceDeleteHasGrace),
    nodePoolHash: at(rows.nodePoolHash),
    nodeClassHash: at(rows.nodeClassHash),
    kubernetes: at(rows.kubernetes),
    kubelet: at(rows.kubelet),
    nodeClassFields: at(rows.nodeClassFields),
    filtersByFamily: at(rows.filtersByFamily),
    hasZonalShift: at(rows.hasZonalShift),
    addressShortage: at(rows.addressShortage),
    bottlerocketRootVolume: at(rows.bottlerocketRootVolume),
    bottlerocketSettings: at(rows.bottlerocketSettings),
    enclaves: at(rows.enclaves),
    hasInterruptibleReservations: at(rows.hasInterruptibleReservations),
    reservedFailures: at(rows.reservedFailures),
    brokenMinValues: at(rows.brokenMinValues),
    launchReasons: at(rows.launchReasons),
    shortageCodes: at(rows.shortageCodes),
  };
}
