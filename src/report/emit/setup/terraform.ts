import { hclArguments, hclComment, hclString } from "../hcl.ts";
import type { Step, ActingStep } from "../../../migration/step.ts";
import type { EmittedTemplate } from "./template.ts";
import { type SetupPlan, stepsOfKind } from "../../../migration/plan.ts";

/** Version of the community EKS module whose karpenter submodule is used. */
const moduleVersion = "~> 21.0";

/**
 * The plan as Terraform through the community EKS module's karpenter submodule, with the names that dovetail would use.
 * What exists already is left out; tags on existing subnets and security groups are resources of their own.
 */
export function renderTerraform(plan: SetupPlan): EmittedTemplate {
  const steps = plan.stages.flatMap((stage) => stage.steps);
  const open = steps.filter((step) => step.action !== "keep" && step.action !== "refuse");
  const leftOut = open.filter((step) => step.kind === "kube-aws-auth" || step.kind === "iam-oidc-provider");
  const blocks = [
    head(plan),
    moduleBlock(plan, steps),
    ...stepsOfKind(plan, "ec2-tags").map(tagBlock),
    ...stepsOfKind(plan, "iam-service-linked-role").map(linkedRoleBlock),
  ];
  const notes = leftOut.map((step) => hclComment(`Not in this module, do it another way: ${step.title}`));
  return { text: `${[...blocks, ...notes].join("\n\n")}\n`, leftOut: leftOut.map((step) => step.title) };
}

function head(plan: SetupPlan): string {
  return [
    hclComment(`${plan.command} of EKS cluster ${plan.cluster.name}, made by dovetail at ${plan.madeAt}.`),
    "terraform {",
    '  required_version = ">= 1.5.7"',
    "  required_providers {",
    "    aws = {",
    '      source  = "hashicorp/aws"',
    '      version = ">= 6.0"',
    "    }",
    "  }",
    "}",
    "",
    'provider "aws" {',
    `  region              = ${hclString(plan.cluster.region)}`,
    `  allowed_account_ids = [${hclString(plan.cluster.accountId)}]`,
    "}",
  ].join("\n");
}

function moduleBlock(plan: SetupPlan, steps: readonly Step[]): string {
  const { environment, identity } = plan.context;
  const name = (key: string): string => environment[key] ?? "";
  const isPodIdentity = identity === "pod-identity";
  const nodeRole = steps.find((step) => step.id === "setup/node-role");
  const isReused = nodeRole?.action === "keep";
  const hasEntry = steps.some((step) => step.kind === "eks-access-entry" && step.action === "create");
  const arguments_: readonly (readonly [string, string])[] = [
    ["source", hclString("terraform-aws-modules/eks/aws//modules/karpenter")],
    ["version", hclString(moduleVersion)],
    ["cluster_name", hclString(plan.cluster.name)],
    ["namespace", hclString(name("KARPENTER_NAMESPACE"))],
    ["service_account", hclString("karpenter")],
    ["iam_role_name", hclString(lastPart(name("KARPENTER_CONTROLLER_ROLE_ARN")))],
    ["iam_role_use_name_prefix", "false"],
    ["create_pod_identity_association", String(isPodIdentity)],
    ...(isPodIdentity
      ? []
      : ([["iam_role_source_assume_policy_documents", "[data.aws_iam_policy_document.irsa.json]"]] as const)),
    ["create_node_iam_role", String(!isReused)],
    ...(isReused
      ? ([["node_iam_role_arn", hclString(name("KARPENTER_NODE_ROLE_ARN"))]] as const)
      : ([
          ["node_iam_role_name", hclString(lastPart(name("KARPENTER_NODE_ROLE_ARN")))],
          ["node_iam_role_use_name_prefix", "false"],
        ] as const)),
    ["create_access_entry", String(hasEntry)],
    ["queue_name", hclString(name("INTERRUPTION_QUEUE") || plan.cluster.name)],
  ];
  const rows = hclArguments(
    arguments_.map(([key, value]) => ({ key, value })),
    "  ",
  );
  // `terraform fmt` aligns neighbours only: the map stands last, alone.
  const policies = isReused ? [] : [`  node_iam_role_additional_policies = ${ssmPolicy(name("AWS_PARTITION"))}`];
  const module = ['module "karpenter" {', rows.trimEnd(), ...policies, "}"].join("\n");
  return isPodIdentity ? module : `${irsaBlock(environment)}\n\n${module}`;
}

function irsaBlock(environment: SetupPlan["context"]["environment"]): string {
  const value = (name: string): string => environment[name] ?? "";
  const issuer = value("OIDC_ISSUER").replace(/^https:\/\//, "");
  const subject = `system:serviceaccount:${value("KARPENTER_NAMESPACE")}:karpenter`;
  const account = `arn:${value("AWS_PARTITION")}:iam::${value("AWS_ACCOUNT_ID")}`;
  const provider = `${account}:oidc-provider/${issuer}`;
  const condition = (variable: string, wanted: string): readonly string[] => [
    "    condition {",
    '      test     = "StringEquals"',
    `      variable = ${hclString(`${issuer}:${variable}`)}`,
    `      values   = [${hclString(wanted)}]`,
    "    }",
  ];
  return [
    'data "aws_iam_policy_document" "irsa" {',
    "  statement {",
    '    actions = ["sts:AssumeRoleWithWebIdentity"]',
    "    principals {",
    '      type        = "Federated"',
    `      identifiers = [${hclString(provider)}]`,
    "    }",
    ...condition("aud", "sts.amazonaws.com"),
    ...condition("sub", subject),
    "  }",
    "}",
  ].join("\n");
}

function ssmPolicy(partition: string): string {
  const arn = hclString(`arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`);
  return `{\n    AmazonSSMManagedInstanceCore = ${arn}\n  }`;
}

function tagBlock({ params }: ActingStep<"ec2-tags">): string {
  return [
    `resource "aws_ec2_tag" "discovery_${params.what.replaceAll(" ", "_")}" {`,
    `  for_each    = toset([${params.resources.map(hclString).join(", ")}])`,
    "  resource_id = each.value",
    `  key         = ${hclString(params.key)}`,
    `  value       = ${hclString(params.value)}`,
    "}",
  ].join("\n");
}

function linkedRoleBlock({ params }: ActingStep<"iam-service-linked-role">): string {
  return [
    'resource "aws_iam_service_linked_role" "spot" {',
    `  aws_service_name = ${hclString(params.service)}`,
    "}",
  ].join("\n");
}

function lastPart(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
