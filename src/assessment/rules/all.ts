import type { Rule } from "../rule.ts";
import { annotationRules } from "./annotations.ts";
import { budgetRules } from "./budgets.ts";
import { protectionRules } from "./protection.ts";

/** Every rule, in the order of the registry's areas. */
export const rules: readonly Rule[] = [...budgetRules, ...protectionRules, ...annotationRules];
