import type { Json, JsonObject } from "../../../kube/objects.ts";
import { type Acting, type ActingStep, isActing, type PlannedCall, type Step } from "../../../migration/step.ts";
import type { SetupPlan } from "../../../migration/plan.ts";
import { logicalId, writeTemplate } from "../cloudformation.ts";
import type { EmittedTemplate } from "./template.ts";

type Resources = Record<string, JsonObject>;

/** The plan as a CloudFormation template. Tags on existing subnets and aws-auth are not its to change: they are named as left out. */
export function renderCloudFormation(plan: SetupPlan): EmittedTemplate {
  const resources: Resources = {};
  const leftOut: string[] = [];
  for (const step of plan.stages.flatMap((stage) => stage.steps)) {
    if (!isActing(step)) continue;
    if (step.action !== "create") leftOut.push(step.title);
    else addStep(step, resources);
  }
  const text = writeTemplate({
    description: `Karpenter on EKS cluster ${plan.cluster.name}: what dovetail setup would make`,
    ...(leftOut.length === 0 ? {} : { metadata: { LeftOut: leftOut } }),
    resources,
  });
  return { text, leftOut };
}

function addStep(step: Acting, into: Resources): void {
  switch (step.kind) {
    case "iam-role":
      return add(into, logical(step), "AWS::IAM::Role", roleProperties(step));
    case "iam-policy":
      return addPolicy(step, into);
    case "iam-instance-profile":
      return add(into, logical(step), "AWS::IAM::InstanceProfile", {
        InstanceProfileName: step.params.name,
        Roles: [refOr(into, "NodeRole", step.params.role)],
      });
    case "iam-oidc-provider":
      return add(into, logical(step), "AWS::IAM::OIDCProvider", {
        Url: inputOf(step, "iam:CreateOpenIDConnectProvider")["Url"],
        ClientIdList: [step.params.audience],
      });
    case "iam-service-linked-role":
      return add(into, logical(step), "AWS::IAM::ServiceLinkedRole", { AWSServiceName: step.params.service });
    case "eks-access-entry":
      return add(into, logical(step), "AWS::EKS::AccessEntry", {
        ClusterName: step.params.clusterName,
        PrincipalArn: arnOr(into, "NodeRole", step.params.principalArn),
        Type: step.params.type,
      });
    case "eks-pod-identity":
      return add(into, logical(step), "AWS::EKS::PodIdentityAssociation", {
        ClusterName: step.params.clusterName,
        Namespace: step.params.namespace,
        ServiceAccount: step.params.serviceAccount,
        RoleArn: arnOr(into, "ControllerRole", step.params.roleArn),
      });
    case "sqs-queue":
      return addQueue(step, into);
    case "events-rule":
      return add(into, logical(step), "AWS::Events::Rule", {
        Name: step.params.name,
        EventPattern: step.params.pattern,
        Targets: [{ Id: "KarpenterInterruptionQueueTarget", Arn: arnOr(into, "Queue", step.params.queueArn) }],
      });
  }
}

function roleProperties(step: ActingStep<"iam-role">): JsonObject {
  const input = inputOf(step, "iam:CreateRole");
  const policies = step.params.managedPolicies;
  const boundary = input["PermissionsBoundary"];
  return {
    RoleName: input["RoleName"],
    Description: input["Description"],
    AssumeRolePolicyDocument: step.params.trust,
    ...(policies.length > 0 ? { ManagedPolicyArns: policies } : {}),
    ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
    Tags: input["Tags"],
  };
}

function addPolicy(step: ActingStep<"iam-policy">, into: Resources): void {
  add(into, logical(step), "AWS::IAM::ManagedPolicy", {
    ManagedPolicyName: step.params.name,
    PolicyDocument: step.params.document,
    Roles: [refOr(into, "ControllerRole", step.params.role)],
  });
}

function addQueue(step: ActingStep<"sqs-queue">, into: Resources): void {
  add(into, "Queue", "AWS::SQS::Queue", {
    QueueName: step.params.name,
    MessageRetentionPeriod: 300,
    SqsManagedSseEnabled: true,
  });
  add(into, "QueuePolicy", "AWS::SQS::QueuePolicy", {
    Queues: [{ Ref: "Queue" }],
    PolicyDocument: step.params.policy,
  });
}

function add(into: Resources, name: string, type: string, properties: JsonObject): void {
  into[name] = { Type: type, Properties: properties };
}

/** `setup/rule/SpotInterruptionRule` as a logical id: `RuleSpotInterruptionRule`. */
function logical(step: Step): string {
  return logicalId(step.id.split("/").slice(1));
}

function refOr(resources: Resources, name: string, value: string): Json {
  return resources[name] === undefined ? value : { Ref: name };
}

function arnOr(resources: Resources, name: string, value: string): Json {
  return resources[name] === undefined ? value : { "Fn::GetAtt": [name, "Arn"] };
}

function inputOf(step: Step, operation: string): JsonObject {
  return step.calls.find((call: PlannedCall) => call.operation === operation)?.input ?? {};
}
