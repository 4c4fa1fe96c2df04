import { goDurationText, parseGoDuration } from "../kube/go-duration.ts";
import { parseFlagValue } from "../autoscaler/flags/go-values.ts";
import { flagFacts, isDeciding, type IdleConcern } from "../autoscaler/flags/table.ts";
import { decidingFates } from "./deciding-flags.ts";
import { ended, type FlagRule, kept, type Rule } from "./flag-rule.ts";

/** What becomes of the flags that are spoken of together. */
const idleFates: Readonly<Record<IdleConcern, FlagRule>> = {
  installation: kept("Karpenter's settings and service account, which install writes"),
  balancing: ended("refines the balancing of similar groups"),
  loop: ended("a knob of Cluster Autoscaler's own loop"),
  program: ended("how Cluster Autoscaler itself runs, logs and reports"),
  provisioning: ended("refines provisioning requests"),
  buffers: ended("refines capacity buffers"),
  cloud: ended("for other clouds than AWS"),
};

/** What becomes of a flag; undefined for one that no release of Cluster Autoscaler has. */
export function flagRule(flag: string, value: string): FlagRule | undefined {
  const facts = flagFacts(flag);
  if (facts === undefined) return undefined;
  const rule = ruleOf(flag, facts.about);
  return typeof rule === "function" ? rule(canonical(facts.type, value)) : rule;
}

function ruleOf(flag: string, about: IdleConcern | "decides"): Rule | undefined {
  if (isDeciding(flag)) return decidingFates[flag];
  return about === "decides" ? undefined : idleFates[about];
}

/** A value as rules compare it: `false` for `0` and `F`, `0s` for `0`, numbers without their decoration. */
function canonical(type: Parameters<typeof parseFlagValue>[0], value: string): string {
  if (type === "duration") return goDurationText(parseGoDuration(value) ?? -1n);
  return String(parseFlagValue(type, value) ?? value);
}
