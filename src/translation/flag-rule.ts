import type { Severity } from "../findings/finding.ts";

/** What becomes of a flag. With a `fix` it weighs something and becomes a finding. */
export type FlagRule =
  | { readonly fate: "kept"; readonly to: string }
  | {
      readonly fate: "changed";
      readonly to: string;
      readonly becomes?: string;
      readonly why: string;
      readonly fix?: string;
      readonly severity?: Severity;
    }
  | {
      readonly fate: "lost";
      readonly why: string;
      readonly risk: string;
      readonly fix?: string;
      readonly severity?: Severity;
    };

/** A rule, or how it depends on the value. */
export type Rule = FlagRule | ((value: string) => FlagRule);

/** Carried over as it is. */
export const kept = (to: string): FlagRule => ({ fate: "kept", to });
/** Of no meaning any more, and nothing follows from it. */
export const ended = (why: string): FlagRule => ({ fate: "lost", why, risk: "none" });
/** Carried over into something else. */
export const changed = (to: string, why: string, fix?: string, severity?: Severity): FlagRule => ({
  fate: "changed",
  to,
  why,
  ...(fix === undefined ? {} : { fix }),
  ...(severity === undefined ? {} : { severity }),
});
/** Gone, with a consequence. */
export const lost = (why: string, risk: string, fix: string, severity?: Severity): FlagRule => ({
  fate: "lost",
  why,
  risk,
  fix,
  ...(severity === undefined ? {} : { severity }),
});

/** A flag whose usual value says nothing: only another one is of weight. */
export const unless =
  (usual: string, rule: FlagRule, why: string): Rule =>
  (value) =>
    value === usual ? ended(why) : rule;

/** As `changed`, where the old value says nothing about the new setting. */
export const silent = (to: string, why: string, fix?: string, severity?: Severity): FlagRule =>
  ({ ...changed(to, why, fix, severity), becomes: "" }) as FlagRule;

/** What becomes of the way in which Cluster Autoscaler chose between groups. */
export function expanderRule(value: string): FlagRule {
  if (value.includes("priority")) {
    return changed(
      "NodePool spec.weight",
      "higher tiers get higher weights; Karpenter goes on to the next pool when one is full",
    );
  }
  const cheapest = "Karpenter takes the cheapest type on which the pods fit";
  if (/least-waste|price/.test(value)) return silent("built in", cheapest);
  if (value.includes("grpc")) {
    const fix = "write its rules as weights and requirements of NodePools";
    return lost("no outside program is asked", "its rules are gone", fix, "warning");
  }
  const fix = "nothing, or require larger sizes with karpenter.k8s.aws/instance-cpu";
  return lost(cheapest, "other nodes are chosen", fix, "info");
}
