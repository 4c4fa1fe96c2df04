import type { Pod } from "../kube/objects.ts";
import { podsByName } from "../kube/pod.ts";
import { solve } from "../scheduling/pass/solve.ts";
import type { PlannedNodeClaim, SolveInput, SolveResult } from "../scheduling/types.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";
import { plannedNode } from "./planned.ts";
import { type PoolTypes, typesOfPools } from "./pool-types.ts";
import type { FleetNode } from "./types.ts";
import { type WorkloadQuestion, questionOf } from "./workload.ts";

/** One answer of the engine, with everything that was asked. */
export interface ForecastPass {
  readonly question: WorkloadQuestion;
  readonly types: PoolTypes;
  /** What the engine was asked, to ask it again with more questions. */
  readonly asked: SolveInput;
  readonly result: SolveResult;
  /** All pods it was asked about, those that stay on their nodes too. */
  readonly pods: ReadonlyMap<string, Pod>;
  /** The nodes it would make. */
  readonly nodes: readonly FleetNode[];
}

/** Asks the engine. */
export function runPass(input: SimulateInput, options: SimulateOptions): ForecastPass {
  const question = questionOf(input, options);
  const types = typesOfPools(input, options);
  const asked: SolveInput = {
    nowMs: Date.parse(input.snapshot.readAt),
    objects: question.objects,
    instanceTypes: new Map(Array.from(types.byPool, ([pool, found]) => [pool, found.types])),
    wellKnownLabels: "aws",
    behaviour: input.release.behaviour,
    options: { assumeNodePoolsReady: true },
  };
  const result = solve(asked);
  const pods = podsByName([...(question.objects.pods ?? []), ...question.pods]);
  const names = namer(new Set(question.nodes.map(({ metadata }) => metadata.name)));
  const nodes = result.newNodeClaims.map((claim) =>
    plannedNode(claim, names(claim), { input, types: types.byPool.get(claim.nodePool), pods }),
  );
  return { question, types, asked, result, pods, nodes };
}

/** `general-1`, `general-2`: never the name of a node that is there. */
function namer(taken: ReadonlySet<string>): (claim: PlannedNodeClaim) => string {
  const used = new Map<string, number>();
  return (claim) => {
    let next = (used.get(claim.nodePool) ?? 0) + 1;
    while (taken.has(`${claim.nodePool}-${next}`)) next += 1;
    used.set(claim.nodePool, next);
    return `${claim.nodePool}-${next}`;
  };
}
