import type { Case, Context } from "../area.ts";
import { recorded } from "../lines.ts";
import { kubeSchedulerArea } from "./area.ts";
import type { SchedulerScenario } from "./play.ts";
import { judgeScenario } from "./oracle.ts";
import type { Part } from "../shrink-lists.ts";

/** A scenario without the recorded answer. */
export function withoutAnswer({ line }: Case): SchedulerScenario {
  const { expect: _, ...scenario } = line;
  return scenario as unknown as SchedulerScenario;
}

/** Pods and ops before everything else. */
export function schedulerParts(scenario: SchedulerScenario): readonly Part<SchedulerScenario>[] {
  const kinds = Object.keys(scenario.objects) as (keyof SchedulerScenario["objects"])[];
  const others = kinds.filter((kind) => kind !== "pods" && kind !== "nodes");
  const ops: Part<SchedulerScenario> = {
    name: "ops",
    items: scenario.ops ?? [],
    replaced: (items) => ({ ...scenario, ops: items as NonNullable<SchedulerScenario["ops"]> }),
  };
  return [...objects("pods"), ops, ...objects("nodes"), ...others.flatMap(objects)];

  function objects(kind: keyof SchedulerScenario["objects"]): readonly Part<SchedulerScenario>[] {
    const items = scenario.objects[kind];
    if (items === undefined) return [];
    return [
      {
        name: kind,
        items,
        replaced: (left) => ({ ...scenario, objects: { ...scenario.objects, [kind]: left as typeof items } }),
      },
    ];
  }
}

/** The difference when the real program and ours are asked now; undefined when they agree, or the program gives no answer. */
export function schedulerFailure(
  scenario: SchedulerScenario,
  item: Case,
  { oracle, context }: { readonly oracle: string; readonly context: Context },
): string | undefined {
  const file = judgeScenario(oracle, scenario);
  const [line] = file === undefined ? [] : recorded(file);
  if (line === undefined) return undefined;
  const verdict = kubeSchedulerArea.check({ ...item, line }, context);
  return verdict.outcome === "mismatch" ? verdict.difference : undefined;
}
