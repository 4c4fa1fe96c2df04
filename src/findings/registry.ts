import { keysOf, isKeyOf } from "../kube/json.ts";
import { accountFindings } from "./account.ts";
import { autoscalerFindings } from "./autoscaler.ts";
import { budgetFindings } from "./budgets.ts";
import type { FindingKind } from "./finding.ts";
import { installFindings } from "./install.ts";
import { migrationFindings } from "./migration.ts";
import { nodeGroupFindings } from "./node-groups.ts";
import { placementFindings } from "./placement.ts";
import { protectionFindings } from "./protection.ts";
import { requestFindings } from "./requests.ts";
import { translationFindings } from "./translation.ts";
import { volumeFindings } from "./volumes.ts";

/** Findings that `assess` can make. A code is in one area only; a test holds that. */
export const assessmentFindings = {
  ...budgetFindings,
  ...protectionFindings,
  ...placementFindings,
  ...requestFindings,
  ...volumeFindings,
  ...nodeGroupFindings,
  ...accountFindings,
  ...installFindings,
  ...autoscalerFindings,
  ...migrationFindings,
};

/** Every finding of every command, by code. */
export const registry = { ...assessmentFindings, ...translationFindings };

/** A code of the registry: `DV1001`. */
export type Code = keyof typeof registry;

/** A code that `assess` can make. */
export type AssessmentCode = keyof typeof assessmentFindings;

/** The areas with the folder word under which docs/rules lists them. */
export const areas = [
  budgetFindings,
  protectionFindings,
  placementFindings,
  requestFindings,
  volumeFindings,
  nodeGroupFindings,
  accountFindings,
  installFindings,
  autoscalerFindings,
  migrationFindings,
  translationFindings,
] as const;

/** The kind of finding under a code as a user types it (`dv1001`, `1001`); undefined when there is none. */
export function findKind(text: string): { readonly code: Code; readonly kind: FindingKind<never> } | undefined {
  const code = `DV${text.trim().toUpperCase().replace(/^DV/, "")}`;
  const kinds: Readonly<Record<string, FindingKind<never>>> = registry;
  const kind = kinds[code];
  return kind === undefined || !isKeyOf(registry, code) ? undefined : { code, kind };
}

/** All codes in order. */
export function allCodes(): readonly Code[] {
  return keysOf(registry).toSorted();
}
