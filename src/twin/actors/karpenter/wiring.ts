import type { Store } from "../../store/store.ts";
import { str } from "../../store/objects.ts";
import { object, texts } from "../../account/account.ts";
import { type ProcessSettings, settingsOfContainer } from "./process.ts";
import type { KarpenterHere } from "./here.ts";
import { karpenterContainerOf } from "../../../karpenter/installations.ts";

/** Karpenter's controller as it is deployed. */
export interface Controller {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly settings: ProcessSettings;
}

/** The controller that is deployed, whether or not it runs; undefined when there is none. */
export function controllerOfCluster({ store }: { readonly store: Store }): Controller | undefined {
  const deployment = store.all("deployments").find((one) => karpenterContainerOf(one) !== undefined);
  const container = deployment === undefined ? undefined : karpenterContainerOf(deployment);
  if (deployment === undefined || container === undefined) return undefined;
  return {
    namespace: deployment.metadata.namespace ?? "default",
    serviceAccount: deployment.spec.template.spec.serviceAccountName ?? "default",
    settings: settingsOfContainer(container),
  };
}

/**
 * Why the controller cannot start: what its log would say. Undefined when its identity, its cluster and its queue are in order.
 *
 * The sandbox judges policies by their presence, not by their statements.
 */
export function startProblem(here: KarpenterHere, controller: Controller): string | undefined {
  const cluster = here.account.table("eks.clusters")[controller.settings.clusterName];
  if (cluster === undefined)
    return `failed to detect the cluster CIDR: no cluster found for name: ${controller.settings.clusterName}`;
  const role = roleOf(here, controller);
  if (role === undefined)
    return "operator: no EC2 IMDS role found; the service account has neither an IAM role annotation nor a Pod Identity association";
  const row = here.account.table("iam.roles")[role];
  if (row === undefined) return `sts: AssumeRoleWithWebIdentity: the role ${role} does not exist`;
  const hasPolicy = texts(row["_attached"]).length > 0 || Object.keys(object(row["_inline"])).length > 0;
  if (!hasPolicy)
    return `UnauthorizedOperation: ${str(row["Arn"])} is not authorized to perform: ec2:DescribeInstanceTypes`;
  if (controller.settings.queue !== "" && here.account.table("sqs.queues")[controller.settings.queue] === undefined) {
    return `QueueDoesNotExist: the specified queue ${controller.settings.queue} does not exist`;
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
