import { shellWord } from "../../../kube/text.ts";
import { shellComment } from "../shell.ts";
import { type ActingStep, isOf, type PlannedCall, type Step } from "../../../migration/step.ts";
import type { Plan } from "../../../migration/plan.ts";

/** The calls of a plan as a bash script over the AWS CLI and kubectl, for people who apply it their way. Passes shellcheck. */
export function renderShell(plan: Plan): string {
  const steps = plan.stages.flatMap((stage) => stage.steps).filter((step) => step.action !== "keep");
  const lines = [
    "#!/usr/bin/env bash",
    shellComment(`${plan.command} of EKS cluster ${plan.cluster.name}, made by dovetail at ${plan.madeAt}.`),
    "# Every call is the one that dovetail itself would make. Run it once: a second run stops at what exists already.",
    "set -euo pipefail",
    "",
    `export AWS_REGION=${shellWord(plan.cluster.region)}`,
    `if [ "$(aws sts get-caller-identity --query Account --output text)" != ${shellWord(plan.cluster.accountId)} ]; then`,
    `  echo ${shellWord(`these AWS credentials are not of account ${plan.cluster.accountId}`)} >&2`,
    "  exit 1",
    "fi",
    "",
    ...steps.flatMap(stepLines),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** `iam:CreateOpenIDConnectProvider` as the AWS CLI names it: `aws iam create-open-id-connect-provider`. */
export function cliName(operation: string): string {
  const [service = "", name = ""] = operation.split(":");
  const words = name
    .replace("OpenIDConnect", "OpenIdConnect")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2");
  return `aws ${service} ${words.toLowerCase()}`;
}

function stepLines(step: Step): readonly string[] {
  const head = [shellComment(step.title), shellComment(step.why)];
  if (isOf(step, "kube-aws-auth")) return [...head, ...awsAuthLines(step), ""];
  return [...head, ...step.calls.map(callLine), ""];
}

function callLine(call: PlannedCall): string {
  if (!/^(iam|eks|ec2|sqs|events|autoscaling):/.test(call.operation)) return shellComment(call.operation);
  return `${cliName(call.operation)} --cli-input-json ${shellWord(JSON.stringify(call.input))}`;
}

// The text of aws-auth is the cluster's, not the plan's: the script appends to what it finds.
function awsAuthLines({ params }: ActingStep<"kube-aws-auth">): readonly string[] {
  const entry = [
    `- rolearn: ${params.roleArn}`,
    `  username: ${params.username}`,
    "  groups:",
    ...params.groups.map((group) => `  - ${group}`),
  ].join("\n");
  const asPatch = 'import json,sys; print(json.dumps({"data":{"mapRoles":sys.stdin.read()}}))';
  return [
    "map_roles=\"$(kubectl -n kube-system get configmap aws-auth -o 'jsonpath={.data.mapRoles}')\"",
    `entry=${shellWord(entry)}`,
    'if [[ "$map_roles" == "["* ]]; then',
    '  echo "aws-auth holds a list in brackets: add the node role by hand" >&2',
    "  exit 1",
    "fi",
    'if [[ "$map_roles" == *"${entry%%$\'\\n\'*}"* ]]; then',
    '  echo "aws-auth maps the node role already" >&2',
    "else",
    "  kubectl -n kube-system patch configmap aws-auth --type merge --patch \\",
    `    "$(printf '%s\\n%s\\n' "$map_roles" "$entry" | python3 -c '${asPatch}')"`,
    "fi",
  ];
}
