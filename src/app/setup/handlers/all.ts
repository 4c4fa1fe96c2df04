import type { setupKinds } from "../../../migration/setup/kinds.ts";
import type { HandlersOf } from "../../run/handler.ts";
import { accessEntryHandler, associationHandler, awsAuthHandler } from "./access.ts";
import { linkedRoleHandler, oidcHandler, profileHandler } from "./iam-others.ts";
import { policyHandler } from "./iam-policy.ts";
import { roleHandler } from "./iam-role.ts";
import { queueHandler, ruleHandler } from "./messaging.ts";
import { tagsHandler } from "./tags.ts";

/** Every kind of step that a setup plan may hold. */
export const setupHandlers: HandlersOf<keyof typeof setupKinds> = {
  "iam-role": roleHandler,
  "iam-policy": policyHandler,
  "iam-oidc-provider": oidcHandler,
  "iam-instance-profile": profileHandler,
  "iam-service-linked-role": linkedRoleHandler,
  "eks-access-entry": accessEntryHandler,
  "eks-pod-identity": associationHandler,
  "kube-aws-auth": awsAuthHandler,
  "sqs-queue": queueHandler,
  "events-rule": ruleHandler,
  "ec2-tags": tagsHandler,
};
