/** Nodes of a group, or of the cluster, by how they are (clusterstate.go, `Readiness`). */
export interface Readiness {
  readonly ready: string[];
  readonly unready: string[];
  readonly deleted: string[];
  readonly notStarted: string[];
  readonly suspended: string[];
  readonly registered: string[];
  readonly longUnregistered: string[];
  readonly unregistered: string[];
  readonly resourceUnready: string[];
}

/** How many nodes a group should have. */
export interface AcceptableRange {
  readonly min: number;
  readonly max: number;
  readonly target: number;
}

/** What CA knows of the cluster's health after it compared nodes and instances. */
export interface RegistryState {
  readonly byGroup: ReadonlyMap<string, Readiness>;
  readonly total: Readiness;
  readonly nodes: number;
  ranges: ReadonlyMap<string, AcceptableRange>;
}

/** Nothing yet. */
export function noReadiness(): Readiness {
  return {
    ready: [],
    unready: [],
    deleted: [],
    notStarted: [],
    suspended: [],
    registered: [],
    longUnregistered: [],
    unregistered: [],
    resourceUnready: [],
  };
}

/** Nodes that a group should have and that are not there as nodes yet. */
export function missingNodes(state: RegistryState, group: string): number {
  const target = state.ranges.get(group)?.target ?? 0;
  const readiness = state.byGroup.get(group);
  if (readiness === undefined) return target;
  const { ready, unready, suspended, longUnregistered } = readiness;
  return target - (ready.length + unready.length + suspended.length + longUnregistered.length);
}
