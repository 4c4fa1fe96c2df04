import type { StepHandler } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { cordon, openNodes } from "../cordon.ts";
import { drainNodes } from "../drain.ts";
import { namesIn } from "../params.ts";
import { loadOf, readyByOwner, requireConsent, setUnschedulable } from "../pods.ts";
import { removePlaceholders, removePriorityClass, roomFor, surge } from "../surge.ts";

/** Replacement capacity first: placeholders for every pod of the wave, until each has a Ready node of Karpenter's. */
export const surgeWave: StepHandler<"migrate/surge"> = {
  async observe(step, world) {
    const nodes = namesIn(step.params);
    requireConsent(loadOf(await world.cluster.list("pods"), nodes, step.params.consents));
    const look = await roomFor(world, { id: step.params.wave, nodes, consents: step.params.consents });
    if (look.isDone) return { state: "done", after: null, detail: "there is room for every pod" };
    return { state: "pending", detail: look.detail };
  },

  record: () => Promise.resolve(null),

  async act(step, _before, world) {
    await surge(world, {
      title: step.title,
      id: step.params.wave,
      nodes: namesIn(step.params),
      consents: step.params.consents,
      timeoutMs: step.params.timeoutMs,
      image: step.params.image,
    });
  },

  async undo(step, _before, _after, world) {
    await removePlaceholders(world, step.params.wave);
    await withRetry(world, () => removePriorityClass(world));
    return { kind: "undone" };
  },
};

/** No new pods on the wave's nodes. */
export const cordonWave: StepHandler<"migrate/cordon"> = {
  async observe(step, world) {
    const open = await openNodes(world, namesIn(step.params));
    const [first] = open;
    if (first === undefined) return { state: "done", after: null, detail: "cordoned" };
    return { state: "pending", detail: `${first} takes pods` };
  },

  async record(step, world) {
    return { uncordoned: [...(await openNodes(world, namesIn(step.params)))] };
  },

  async act(step, _before, world) {
    await cordon(world, namesIn(step.params));
  },

  async undo(_step, before, _after, world) {
    const there = new Set((await world.cluster.list("nodes")).map((node) => node.metadata.name));
    for (const name of before.uncordoned) {
      if (there.has(name)) await withRetry(world, () => setUnschedulable(world, name, false));
    }
    return { kind: "undone" };
  },
};

/** Evicts, and waits until every workload is as ready as before. */
export const drainWave: StepHandler<"migrate/drain"> = {
  async observe(step, world) {
    const load = loadOf(await world.cluster.list("pods"), namesIn(step.params), step.params.consents);
    requireConsent(load);
    const [first] = load.moving;
    if (first === undefined) return { state: "done", after: null, detail: "no pod is left to move" };
    return { state: "pending", detail: `${load.moving.length} pods to move` };
  },

  async record(step, world) {
    const pods = await world.cluster.list("pods");
    const ready = readyByOwner(pods);
    const { moving } = loadOf(pods, namesIn(step.params), step.params.consents);
    const owners = [...new Set(moving.map(({ owner }) => owner))].toSorted();
    return {
      pods: moving.length,
      ready: Object.fromEntries(owners.map((owner) => [owner, ready.get(owner) ?? 0])),
    };
  },

  async act(step, before, world) {
    await drainNodes(world, {
      title: step.title,
      nodes: namesIn(step.params),
      consents: step.params.consents,
      timeoutMs: step.params.timeoutMs,
      expected: new Map(Object.entries(before.ready)),
      onGuarded: "stop",
      goOn: "dovetail resume",
    });
    await removePlaceholders(world, step.params.wave);
  },
};
