import type { Handlers, StepHandler } from "../../run/handler.ts";
import { accessEntryHandler, associationHandler, awsAuthHandler } from "./access.ts";
import { linkedRoleHandler, oidcHandler, profileHandler } from "./iam-others.ts";
import { policyHandler } from "./iam-policy.ts";
import { roleHandler } from "./iam-role.ts";
import { queueHandler, ruleHandler } from "./messaging.ts";
import { tagsHandler } from "./tags.ts";

const all: readonly StepHandler[] = [
  roleHandler,
  policyHandler,
  oidcHandler,
  profileHandler,
  linkedRoleHandler,
  accessEntryHandler,
  associationHandler,
  awsAuthHandler,
  queueHandler,
  ruleHandler,
  tagsHandler,
];

/** Every kind of step that a setup plan may hold. */
export const setupHandlers: Handlers = new Map(all.map((handler) => [handler.kind, handler]));
