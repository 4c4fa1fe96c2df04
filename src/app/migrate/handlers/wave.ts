import { numberAt, objectAt, textAt } from "../../../kube/json.ts";
import type { Json } from "../../../kube/objects.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { Observation, StepHandler, UndoOutcome } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { drainNodes } from "../drain.ts";
import { consentsOf, nodesOf, timeoutOf } from "../params.ts";
import { loadOf, readyByOwner, requireConsent, setUnschedulable } from "../pods.ts";
import { removePlaceholders, removePriorityClass, roomFor, surge } from "../surge.ts";

/** Replacement capacity first: placeholders for every pod of the wave, until each has a Ready node of Karpenter's. */
export const surgeWave: StepHandler = {
  kind: "migrate/surge",

  async observe(step: Step, world: World): Promise<Observation> {
    const nodes = namesOf(step);
    requireConsent(loadOf(await world.cluster.list("pods"), nodes, consentsOf(step)));
    const look = await roomFor(world, { id: waveOf(step), nodes, consents: consentsOf(step) });
    if (look.isDone) return { state: "done", after: null, detail: "there is room for every pod" };
    return { state: "pending", detail: look.detail };
  },

  record: () => Promise.resolve(null),

  async act(step: Step, _before: Json, world: World): Promise<void> {
    await surge(world, {
      title: step.title,
      id: waveOf(step),
      nodes: namesOf(step),
      consents: consentsOf(step),
      timeoutMs: timeoutOf(step),
      image: textAt(step.params["image"]) ?? "",
    });
  },

  async undo(step: Step, _before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    await removePlaceholders(world, waveOf(step));
    await withRetry(world, () => removePriorityClass(world));
    return { kind: "undone" };
  },
};

/** No new pods on the wave's nodes. */
export const cordonWave: StepHandler = {
  kind: "migrate/cordon",

  async observe(step: Step, world: World): Promise<Observation> {
    const open = await openNodes(world, step);
    const [first] = open;
    if (first === undefined) return { state: "done", after: null, detail: "cordoned" };
    return { state: "pending", detail: `${first} takes pods` };
  },

  async record(step: Step, world: World): Promise<Json> {
    return { uncordoned: [...(await openNodes(world, step))] };
  },

  async act(step: Step, _before: Json, world: World): Promise<void> {
    for (const name of await openNodes(world, step)) await withRetry(world, () => setUnschedulable(world, name, true));
  },

  async undo(_step: Step, before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    const { uncordoned } = objectAt(before);
    const there = new Set((await world.cluster.list("nodes")).map((node) => node.metadata.name));
    for (const name of Array.isArray(uncordoned) ? uncordoned : []) {
      if (there.has(textAt(name as Json) ?? "")) {
        await withRetry(world, () => setUnschedulable(world, textAt(name as Json) ?? "", false));
      }
    }
    return { kind: "undone" };
  },
};

/** Evicts, and waits until every workload is as ready as before. */
export const drainWave: StepHandler = {
  kind: "migrate/drain",

  async observe(step: Step, world: World): Promise<Observation> {
    const load = loadOf(await world.cluster.list("pods"), namesOf(step), consentsOf(step));
    requireConsent(load);
    const [first] = load.moving;
    if (first === undefined) return { state: "done", after: null, detail: "no pod is left to move" };
    return { state: "pending", detail: `${load.moving.length} pods to move` };
  },

  async record(step: Step, world: World): Promise<Json> {
    const pods = await world.cluster.list("pods");
    const ready = readyByOwner(pods);
    const { moving } = loadOf(pods, namesOf(step), consentsOf(step));
    const owners = [...new Set(moving.map(({ owner }) => owner))].toSorted();
    return {
      pods: moving.length,
      ready: Object.fromEntries(owners.map((owner) => [owner, ready.get(owner) ?? 0])),
    };
  },

  async act(step: Step, before: Json, world: World): Promise<void> {
    await drainNodes(world, {
      title: step.title,
      nodes: namesOf(step),
      consents: consentsOf(step),
      timeoutMs: timeoutOf(step),
      expected: expectedOf(before),
      onGuarded: "stop",
    });
    await removePlaceholders(world, waveOf(step));
  },
};

function expectedOf(before: Json): ReadonlyMap<string, number> {
  const ready = objectAt(objectAt(before)["ready"]);
  return new Map(Object.entries(ready).map(([owner, count]) => [owner, numberAt(count) ?? 0]));
}

async function openNodes(world: World, step: Step): Promise<readonly string[]> {
  const names = namesOf(step);
  const nodes = await withRetry(world, () => world.cluster.list("nodes"));
  return nodes
    .filter((node) => names.has(node.metadata.name) && node.spec?.unschedulable !== true)
    .map((node) => node.metadata.name);
}

function namesOf(step: Step): ReadonlySet<string> {
  return new Set(nodesOf(step).map((node) => node.name));
}

function waveOf(step: Step): string {
  return textAt(step.params["wave"]) ?? "";
}
