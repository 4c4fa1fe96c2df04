import { accountCases } from "./account.ts";
import type { RuleCases } from "./case.ts";
import { fleetCases, groupCases, volumeCases } from "./groups.ts";
import { autoscalerCases, installCases } from "./install.ts";
import { budgetCases, placementCases, protectionCases, requestCases } from "./workloads.ts";

/** A case for every code that `assess` can make. */
export const ruleCases: RuleCases = {
  ...budgetCases,
  ...protectionCases,
  ...placementCases,
  ...requestCases,
  ...volumeCases,
  ...groupCases,
  ...fleetCases,
  ...accountCases,
  ...installCases,
  ...autoscalerCases,
};
