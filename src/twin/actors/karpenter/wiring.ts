import type { Workload } from "../../../kube/objects.ts";
import { str } from "../../store/objects.ts";
import { object, texts } from "../../account/account.ts";
import { isDeploymentUp } from "../../kubernetes/deployment-up.ts";
import type { KarpenterHere } from "./here.ts";
import { karpenterContainerOf } from "../../../karpenter/installations.ts";

/** Karpenter's controller as it is deployed. */
export interface Controller {
  readonly deployment: Workload;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly clusterName: string;
  /** Empty: no interruption events are read. */
  readonly queue: string;
}

/** The controller's Deployment, whether or not it runs. */
export function controllerOfCluster(here: KarpenterHere): Controller | undefined {
  const deployment = here.store.all("deployments").find((one) => karpenterContainerOf(one) !== undefined);
  const container = deployment === undefined ? undefined : karpenterContainerOf(deployment);
  if (deployment === undefined || container === undefined) return undefined;
  const env = new Map((container.env ?? []).map((one) => [one.name, one.value ?? ""]));
  return {
    deployment,
    namespace: deployment.metadata.namespace ?? "default",
    serviceAccount: deployment.spec.template.spec.serviceAccountName ?? "default",
    clusterName: env.get("CLUSTER_NAME") ?? "",
    queue: env.get("INTERRUPTION_QUEUE") ?? "",
  };
}

/** The controller, when a pod of it is ready and its CRDs are there. */
export function runningController(here: KarpenterHere): Controller | undefined {
  const controller = controllerOfCluster(here);
  if (controller === undefined) return undefined;
  const crds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  if (!crds.every((name) => here.store.find("customresourcedefinitions", name) !== undefined)) return undefined;
  return isDeploymentUp(here.store, controller.deployment) ? controller : undefined;
}

/**
 * Why the controller cannot start: what its log would say. Undefined when its identity, its cluster and its queue are in order.
 *
 * The sandbox judges policies by their presence, not by their statements.
 */
export function startProblem(here: KarpenterHere, controller: Controller): string | undefined {
  const cluster = here.account.table("eks.clusters")[controller.clusterName];
  if (cluster === undefined)
    return `failed to detect the cluster CIDR: no cluster found for name: ${controller.clusterName}`;
  const role = roleOf(here, controller);
  if (role === undefined)
    return "operator: no EC2 IMDS role found; the service account has neither an IAM role annotation nor a Pod Identity association";
  const row = here.account.table("iam.roles")[role];
  if (row === undefined) return `sts: AssumeRoleWithWebIdentity: the role ${role} does not exist`;
  const hasPolicy = texts(row["_attached"]).length > 0 || Object.keys(object(row["_inline"])).length > 0;
  if (!hasPolicy)
    return `UnauthorizedOperation: ${str(row["Arn"])} is not authorized to perform: ec2:DescribeInstanceTypes`;
  if (controller.queue !== "" && here.account.table("sqs.queues")[controller.queue] === undefined) {
    return `QueueDoesNotExist: the specified queue ${controller.queue} does not exist`;
  }
  return undefined;
}

function roleOf(here: KarpenterHere, controller: Controller): string | undefined {
  const { namespace, serviceAccount } = controller;
  const association = here.account
    .rows("eks.podIdentities")
    .find((row) => row["namespace"] === namespace && row["serviceAccount"] === serviceAccount);
  if (association !== undefined) return lastPart(str(association["roleArn"]));
  const account = here.store.find("serviceaccounts", serviceAccount, namespace);
  const arn = account?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
  return arn === undefined || !trusts(here, arn) ? undefined : lastPart(arn);
}

// By the annotation, the role must trust the cluster's OIDC provider, and the provider must exist.
function trusts(here: KarpenterHere, arn: string): boolean {
  const role = here.account.table("iam.roles")[lastPart(arn)];
  if (role === undefined) return true;
  const trust = decodeURIComponent(str(role["AssumeRolePolicyDocument"]));
  return Object.keys(here.account.table("iam.oidcProviders")).some((provider) => trust.includes(provider));
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
