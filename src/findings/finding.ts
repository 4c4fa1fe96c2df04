import type { Json } from "../kube/objects.ts";

/** `error` stops or breaks a cut-over, `warning` hurts it, `info` is worth knowing. */
export type Severity = "error" | "warning" | "info";

/** What the user can apply to remove a finding. Only set where the change is exact and safe to propose. */
export interface Patch {
  readonly target: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  };
  readonly type: "strategic" | "merge" | "json";
  readonly body: Json;
}

/** The object or objects a finding speaks of, as `Kind/namespace/name` or an AWS identifier. */
export type Subject = string;

/**
 * One kind of finding: all that is known before looking at a cluster.
 *
 * Codes: 1xxx workloads, 2xxx node groups and translation, 3xxx AWS account, 4xxx Karpenter install, 5xxx migration state,
 * 6xxx simulation.
 */
export interface FindingKind<D> {
  readonly severity: Severity;
  /** Without values: heads the group on the screen and the page in docs/rules. */
  readonly title: string;
  /** Why it matters, one or two sentences. */
  readonly why: string;
  /** What is the case, with the actual values. */
  readonly say: (data: D) => string;
  /** What to do, with a command where there is one. */
  readonly fix: (data: D) => string;
  /** Longer prose for docs/rules and `explain CODE`: how it is detected, what happens if ignored, an example. */
  readonly more?: string;
}

/** A coded statement about the cluster: the registry entry filled in with evidence. */
export interface Finding<Code extends string = string> {
  readonly code: Code;
  readonly severity: Severity;
  readonly subject: Subject;
  readonly message: string;
  readonly fix: string;
  /** The facts behind the sentence, for JSON readers. */
  readonly evidence: Readonly<Record<string, Json>>;
  readonly patch?: Patch;
}

/** Declares findings under their codes. The key is the code, so nothing can drift. */
// biome-ignore lint: the data type differs per entry
// oxlint-disable-next-line typescript/no-explicit-any
export function defineFindings<const T extends Record<string, FindingKind<any>>>(kinds: T): T {
  return kinds;
}

type DataOf<K> = K extends FindingKind<infer D> ? D : never;

/** Fills in one finding of a registry: the sentence and the fix come from the registry, the data from the rule. */
export function makeFinding<R extends Record<string, FindingKind<never>>, C extends keyof R & string>(
  registry: R,
  code: C,
  subject: Subject,
  data: DataOf<R[C]> & Readonly<Record<string, Json>>,
  extra: { readonly severity?: Severity; readonly patch?: Patch } = {},
): Finding<C> {
  const kind = registry[code] as FindingKind<typeof data>;
  const finding = {
    code,
    severity: extra.severity ?? kind.severity,
    subject,
    message: kind.say(data),
    fix: kind.fix(data),
    evidence: data,
  };
  return extra.patch === undefined ? finding : { ...finding, patch: extra.patch };
}
