import { matchesExpression } from "../../priorities.ts";
import type { NodeTemplate } from "../cloud/template.ts";
import type { LoopState } from "../loop-state.ts";
import type { Priorities } from "../view.ts";
import { templateCapacity, requestedBy } from "./amounts.ts";
import type { Option } from "./option.ts";

/**
 * The expander's choice (expander/factory/chain.go): each of the chain narrows the options until one is left; among several at
 * the end the
 * dice decide. Undefined when none is left.
 */
export function bestOption(options: readonly Option[], loop: LoopState): Option | undefined {
  let left = options;
  for (const name of loop.settings.of("expander").split(",")) {
    left = narrowed(left, name.trim(), loop);
    if (left.length === 1) return left[0];
  }
  return drawn(left, loop);
}

function drawn(options: readonly Option[], { luck }: LoopState): Option | undefined {
  return options.length === 0 ? undefined : options[luck.draw(options.map(({ group }) => group.name))];
}

// price needs a cloud with prices, grpc a program of somebody's own: both leave the options as they are.
function narrowed(options: readonly Option[], expander: string, loop: LoopState): readonly Option[] {
  switch (expander) {
    case "random": {
      const one = drawn(options, loop);
      return one === undefined ? [] : [one];
    }
    case "least-waste":
      return leastWaste(options, loop);
    case "most-pods":
      return best(options, ({ pods }) => -pods.length);
    case "least-nodes":
      return best(options, ({ nodes }) => nodes);
    case "priority":
      return byPriority(options, loop);
    default:
      return options;
  }
}

function best(options: readonly Option[], value: (option: Option) => number): readonly Option[] {
  const least = Math.min(...options.map(value));
  return options.filter((option) => value(option) === least);
}

/** Idle share of cpu plus idle share of memory (expander/waste/waste.go). */
function wasteOf(option: Option, template: NodeTemplate, loop: LoopState): number {
  const { countsWholeRequests } = loop.settings.behaviour;
  const whole = templateCapacity(template.node);
  let milliCpu = 0;
  let memoryBytes = 0;
  for (const pod of option.pods) {
    const request = requestedBy(loop.registry.infoOf(pod), countsWholeRequests);
    milliCpu += request.milliCpu;
    memoryBytes += request.memoryBytes;
  }
  const idle = (all: number, used: number): number => (all - used) / all;
  return idle(whole.milliCpu * option.nodes, milliCpu) + idle(whole.memoryBytes * option.nodes, memoryBytes);
}

function leastWaste(options: readonly Option[], loop: LoopState): readonly Option[] {
  const known = options.flatMap((option) => {
    const template = loop.templates.get(option.group.name);
    return template === undefined ? [] : [{ option, waste: wasteOf(option, template, loop) }];
  });
  const least = Math.min(...known.map(({ waste }) => waste));
  return known.filter(({ waste }) => waste === least).map(({ option }) => option);
}

/**
 * Options whose group has the highest tier; all when no group has one, or when the ConfigMap is of no use
 * (expander/priority/priority.go).
 */
function byPriority(options: readonly Option[], loop: LoopState): readonly Option[] {
  const { priorities } = loop.view;
  const map = `${loop.settings.of("namespace")}/cluster-autoscaler-priority-expander`;
  const warn = (reason: string, message: string): void => {
    loop.calls.events.push({ reason, type: "Warning", kind: "ConfigMap", object: map, message });
  };
  if (priorities === undefined) return options;
  if (priorities === "invalid" || hasBadPattern(priorities)) {
    warn("PriorityConfigMapInvalid", "Wrong configuration for priority expander. Ignoring update.");
    return options;
  }
  let highest = -1;
  let left: Option[] = [];
  for (const option of options) {
    const tiers = tiersOf(option.group.name, priorities);
    if (tiers.length === 0) {
      const text = `Priority expander: node group ${option.group.name} not found in priority expander configuration.`;
      warn("PriorityConfigMapNotMatchedGroup", `${text} The group won't be used.`);
      continue;
    }
    const tier = Math.max(...tiers);
    if (tier < highest) continue;
    if (tier > highest) left = [];
    highest = tier;
    left.push(option);
  }
  if (left.length > 0) return left;
  const none = "Priority expander: no priorities info found for any of the expansion options. No options filtered.";
  warn("PriorityConfigMapNoGroupMatched", none);
  return options;
}

function tiersOf(group: string, priorities: Priorities): readonly number[] {
  return [...priorities]
    .filter(([, patterns]) => patterns.some((pattern) => matchesExpression(pattern, group) === true))
    .map(([tier]) => tier);
}

function hasBadPattern(priorities: Priorities): boolean {
  return [...priorities.values()].flat().some((pattern) => matchesExpression(pattern, "") === undefined);
}
