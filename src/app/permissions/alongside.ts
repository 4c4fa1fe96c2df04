import type { AwsOperation } from "../../aws/operations.ts";

/**
 * Actions that AWS asks for beside an operation's own: what is tagged as it is made, a role that is handed to a service, and operations
 * whose action has another name (AWS's service authorization reference).
 */
export const alongside: Readonly<Partial<Record<AwsOperation, readonly string[]>>> = {
  "eks:CreateAccessEntry": ["eks:TagResource"],
  "eks:CreatePodIdentityAssociation": ["eks:TagResource", "iam:GetRole", "iam:PassRole"],
  "events:PutRule": ["events:TagResource"],
  "iam:AddRoleToInstanceProfile": ["iam:PassRole"],
  "iam:CreateInstanceProfile": ["iam:TagInstanceProfile"],
  "iam:CreateOpenIDConnectProvider": ["iam:TagOpenIDConnectProvider"],
  "iam:CreatePolicy": ["iam:TagPolicy"],
  "iam:CreateRole": ["iam:TagRole"],
  "sqs:CreateQueue": ["sqs:TagQueue"],
};
