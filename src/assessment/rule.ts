import type { Account } from "../aws/account.ts";
import { type Finding, makeFinding, type Patch, type Severity } from "../findings/finding.ts";
import { type AssessmentCode, assessmentFindings } from "../findings/registry.ts";
import type { Json } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import type { Facts } from "./facts.ts";

/**
 * Something a rule reads: a Kubernetes resource, pods that exist (not imagined from templates), a list of the account, the catalogue of
 * instance types, or the version or name of the cluster.
 *
 * A rule whose needs were not read is not run and is reported as not checked: silence would read as "in order".
 */
export type Need =
  | ResourceName
  | `account.${keyof Account}`
  | "live pods"
  | "instance types"
  | "node pools"
  | "kubernetes version"
  | "cluster name";

/** Pure: the same facts give the same findings. */
export interface AssessmentRule {
  /** The findings it can make. */
  readonly codes: readonly AssessmentCode[];
  /** Without any one of these the rule cannot be checked at all. An inner list: one of them suffices. */
  readonly needs: readonly (Need | readonly Need[])[];
  /** Without these it is checked in part. */
  readonly betterWith?: readonly Need[];
  readonly check: (facts: Facts) => readonly Finding[];
}

// A sentence that needs no data asks for nothing.
type Asked<F extends (...args: never) => string> = Parameters<F> extends [infer D] ? D : unknown;
type DataOf<C extends AssessmentCode> = Asked<(typeof assessmentFindings)[C]["say"]> &
  Asked<(typeof assessmentFindings)[C]["fix"]>;

/** A finding with its sentence; `data` must hold what the registry's sentence and fix speak of. */
export function found<C extends AssessmentCode>(
  code: C,
  subject: string,
  data: DataOf<C> & Readonly<Record<string, Json>>,
  extra: { readonly patch?: Patch; readonly severity?: Severity } = {},
): Finding<AssessmentCode> {
  return makeFinding(assessmentFindings, code, subject, data as never, extra);
}
