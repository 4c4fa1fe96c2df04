import type { AssessmentRule } from "../rule.ts";
import { accountRules } from "./account.ts";
import { annotationRules } from "./annotations.ts";
import { autoscalerRules } from "./autoscaler.ts";
import { budgetRules } from "./budgets.ts";
import { fleetRules } from "./fleet.ts";
import { groupRules } from "./groups.ts";
import { headroomRules } from "./headroom.ts";
import { installRules } from "./install.ts";
import { nodeCapacityRules } from "./node-capacity.ts";
import { nodeRoleRules } from "./node-role.ts";
import { platformRules } from "./platforms.ts";
import { nodeClassRules } from "./node-classes.ts";
import { protectionRules } from "./protection.ts";
import { requestRules } from "./requests.ts";
import { residueRules } from "./residue.ts";
import { selectorRules } from "./selectors.ts";
import { spreadingRules } from "./spreading.ts";
import { topologyRules } from "./topology.ts";
import { volumeRules } from "./volumes.ts";

/** Every rule, in the order of the registry's areas. */
export const rules: readonly AssessmentRule[] = [
  ...budgetRules,
  ...protectionRules,
  ...annotationRules,
  ...selectorRules,
  ...spreadingRules,
  ...topologyRules,
  ...platformRules,
  ...requestRules,
  ...volumeRules,
  ...groupRules,
  ...nodeCapacityRules,
  ...fleetRules,
  ...accountRules,
  ...nodeRoleRules,
  ...headroomRules,
  ...installRules,
  ...nodeClassRules,
  ...autoscalerRules,
  ...residueRules,
];
