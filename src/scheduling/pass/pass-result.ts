// Our own: the real program has no such file.
import { annotationKeys } from "../../karpenter/labels.ts";
import { nodePoolHash, nodePoolHashVersion } from "../../karpenter/node-pool-hash.ts";
import type { Pod } from "../../kube/objects.ts";
import { Finaliser, type LaunchOptions } from "./finalise.ts";
import type { InFlightNode } from "../nodes/in-flight-node.ts";
import type { Pass } from "./pass.ts";
import { failureClasses, type PodFailure } from "../nodes/refusal.ts";
import { failureText, type TextContext } from "./refusal-text.ts";
import type { PlannedNodeClaim, PodKey, PodRefusal, SolveResult } from "../types.ts";

/** What the result has to know of the question. */
export interface ResultContext {
  readonly ignored: ReadonlyMap<PodKey, string>;
  readonly isSimulation: boolean;
  readonly leaving: ReadonlySet<Pod>;
}

/** A planned node that can still be narrowed before it is asked for. */
export interface PlannedLaunch {
  readonly node: InFlightNode;
  readonly options: LaunchOptions;
  /** The same options, launched with one of these values of a label only. */
  readonly restrict: (options: LaunchOptions, key: string, values: readonly string[]) => LaunchOptions;
  /** The NodeClaim, with these options or less of them. */
  readonly claim: (options: LaunchOptions) => PlannedNodeClaim;
}

/** What a finished pass decided, its NodeClaims not written out yet. */
export interface PassOutcome extends Omit<SolveResult, "newNodeClaims"> {
  /** One for each NodeClaim, in their order. */
  readonly launches: readonly PlannedLaunch[];
}

/** Writes down what a finished pass decided. */
export function passResult(pass: Pass, { ignored, isSimulation, leaving }: ResultContext): PassOutcome {
  const { scheduler, nodes, tools, relaxesMinValues } = pass;
  const failures = new Map<PodKey, PodFailure>();
  for (const [record, failure] of scheduler.failures) failures.set(record.key, failure);
  const hashes = new Map<string, string>();
  const finaliser = new Finaliser({
    table: tools.table,
    sets: tools.sets,
    behaviour: tools.behaviour,
    relaxesMinValues,
    hashOf: ({ template }) => {
      const hash = hashes.get(template.name) ?? nodePoolHash(template.pool);
      hashes.set(template.name, hash);
      return { [annotationKeys.nodePoolHash]: hash, [annotationKeys.nodePoolHashVersion]: nodePoolHashVersion };
    },
  });
  const launches: PlannedLaunch[] = [];
  const restrict: PlannedLaunch["restrict"] = ({ set, types }, key, values) => ({
    set: tools.sets.withValues(set, key, values),
    types,
  });
  for (const node of scheduler.claims) {
    const options = finaliser.options(node);
    if (!("truncated" in options))
      launches.push({ node, options, restrict, claim: (narrowed) => finaliser.claim(node, narrowed) });
    else
      for (const { key } of node.pods)
        failures.set(key, { kind: "truncated", pool: node.template.name, keys: options.truncated });
  }
  const existing = new Map<string, readonly PodKey[]>();
  for (const { state, pods } of nodes) {
    if (pods.length === 0) continue;
    existing.set(
      state.name,
      pods.map(({ key }) => key),
    );
    // A decision must not rest on a node that may never come up, unless the pod was on its way there anyway.
    if (!isSimulation || state.isInitialized) continue;
    for (const { key, pod } of pods) {
      if (!leaving.has(pod))
        failures.set(key, {
          kind: "uninitialized",
          node: state.node?.metadata.name,
          claim: state.claim?.metadata.name,
        });
    }
  }
  const podErrors = new Map<PodKey, PodRefusal>();
  for (const [key, failure] of failures) podErrors.set(key, lazily(failure, pass));
  return { launches, existing, podErrors, ignored };
}

/** What error texts need of a pass and the nodes planned so far. */
export function textContext(pass: Pick<Pass, "nodes" | "tools">, claims: Iterable<InFlightNode>): TextContext {
  return {
    table: pass.tools.table,
    hostnames: () => [
      ...pass.nodes.map(({ state }) => state.hostname),
      ...Array.from(claims, ({ hostname }) => hostname),
    ],
  };
}

/** Texts are long and rarely read: they are made on demand. */
function lazily(failure: PodFailure, pass: Pass): PodRefusal {
  return {
    classes: failureClasses(failure),
    get message() {
      return failureText(failure, textContext(pass, pass.scheduler.claims));
    },
  };
}
