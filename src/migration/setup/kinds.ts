import { z } from "zod";
import {
  jsonForm,
  jsonObjectForm,
  type KindSpec,
  kubeNameForm,
  listForm,
  type Needs,
  nothingForm,
  objectForm,
  textsForm,
} from "../kind.ts";

const nullableText = z.string().nullable();
const tagged = z.record(z.string(), nullableText).readonly();
const readsRole: Needs["aws"] = ["iam:GetRole", "iam:ListAttachedRolePolicies"];

/** What setup can do. */
export const setupKinds = {
  "iam-role": {
    params: objectForm({
      name: z.string(),
      trust: jsonObjectForm,
      managedPolicies: textsForm,
      planId: z.string(),
      /** The role is somebody else's: its trust policy is not ours to write. */
      keepsTrust: z.exactOptional(z.boolean()),
    }),
    before: objectForm({ arn: z.string(), trust: jsonForm, attached: textsForm }).nullable(),
    after: objectForm({ arn: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        ...readsRole,
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeleteRole",
        "iam:ListRolePolicies",
        "iam:ListInstanceProfilesForRole",
      ],
      kube: [],
    },
  },
  "iam-policy": {
    params: objectForm({
      name: z.string(),
      arn: z.string(),
      role: z.string(),
      document: jsonObjectForm,
      planId: z.string(),
    }),
    before: objectForm({ versionId: z.string(), document: jsonForm, isAttached: z.boolean() }).nullable(),
    after: objectForm({ arn: z.string(), versionId: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        ...readsRole,
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:SetDefaultPolicyVersion",
      ],
      kube: [],
    },
  },
  "iam-oidc-provider": {
    params: objectForm({ arn: z.string(), audience: z.string() }),
    before: objectForm({ clientIds: textsForm }).nullable(),
    after: objectForm({ arn: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "iam:GetOpenIDConnectProvider",
        "iam:CreateOpenIDConnectProvider",
        "iam:AddClientIDToOpenIDConnectProvider",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
        "iam:DeleteOpenIDConnectProvider",
        "iam:ListRoles",
      ],
      kube: [],
    },
  },
  "iam-instance-profile": {
    params: objectForm({ name: z.string(), role: z.string(), planId: z.string() }),
    before: objectForm({ roles: textsForm }).nullable(),
    after: objectForm({ arn: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "iam:GetInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:AddRoleToInstanceProfile",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:DeleteInstanceProfile",
        "ec2:DescribeInstances",
      ],
      kube: [],
    },
  },
  "iam-service-linked-role": {
    params: objectForm({ name: z.string(), service: z.string() }),
    before: nothingForm,
    after: objectForm({ name: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "iam:GetRole",
        "iam:CreateServiceLinkedRole",
        "iam:DeleteServiceLinkedRole",
        "iam:GetServiceLinkedRoleDeletionStatus",
      ],
      kube: [],
    },
  },
  "eks-access-entry": {
    params: objectForm({ clusterName: z.string(), principalArn: z.string(), type: z.string() }),
    before: nothingForm,
    after: objectForm({ arn: z.string() }),
    undo: "restore",
    needs: { aws: ["eks:DescribeAccessEntry", "eks:CreateAccessEntry", "eks:DeleteAccessEntry"], kube: [] },
  },
  "eks-pod-identity": {
    params: objectForm({
      clusterName: z.string(),
      namespace: kubeNameForm,
      serviceAccount: kubeNameForm,
      roleArn: z.string(),
    }),
    before: nothingForm,
    after: objectForm({ id: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "eks:ListPodIdentityAssociations",
        "eks:DescribePodIdentityAssociation",
        "eks:CreatePodIdentityAssociation",
        "eks:DeletePodIdentityAssociation",
      ],
      kube: [],
    },
  },
  "kube-aws-auth": {
    params: objectForm({ roleArn: z.string(), username: z.string(), groups: textsForm }),
    /** The whole former text. */
    before: objectForm({ exists: z.boolean(), mapRoles: nullableText }),
    after: objectForm({ groups: textsForm }),
    undo: "restore",
    needs: {
      aws: [],
      kube: ["get configmaps", "create configmaps", "patch configmaps", "delete configmaps"],
    },
  },
  "sqs-queue": {
    params: objectForm({ name: z.string(), policy: jsonObjectForm, planId: z.string() }),
    before: objectForm({ url: z.string(), policy: jsonForm }).nullable(),
    after: objectForm({ url: z.string(), arn: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "sqs:ListQueueTags",
        "sqs:CreateQueue",
        "sqs:SetQueueAttributes",
        "sqs:DeleteQueue",
      ],
      kube: [],
    },
  },
  "events-rule": {
    params: objectForm({ name: z.string(), pattern: jsonObjectForm, queueArn: z.string() }),
    before: objectForm({ isEnabled: z.boolean(), targetArns: textsForm }).nullable(),
    after: objectForm({ arn: z.string() }),
    undo: "restore",
    needs: {
      aws: [
        "events:DescribeRule",
        "events:ListTargetsByRule",
        "events:PutRule",
        "events:PutTargets",
        "events:EnableRule",
        "events:DisableRule",
        "events:RemoveTargets",
        "events:DeleteRule",
      ],
      kube: [],
    },
  },
  "ec2-tags": {
    params: objectForm({
      resources: listForm(z.string()),
      key: z.string(),
      value: z.string(),
      what: z.enum(["subnet", "security group"]),
    }),
    /** Each one's former value, null where it had none. */
    before: tagged,
    after: tagged,
    undo: "restore",
    needs: {
      aws: ["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:CreateTags", "ec2:DeleteTags"],
      kube: [],
    },
  },
} as const satisfies Readonly<Record<string, KindSpec>>;
