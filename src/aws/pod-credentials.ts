import { listAt, textAt } from "../kube/json.ts";
import type { JsonObject, KubeObject, Labels, PodSpec } from "../kube/objects.ts";
import type { Account } from "./account.ts";

/** Pods of one kind, as far as their credentials go. */
export interface Identified {
  readonly namespace: string;
  readonly spec: PodSpec;
  readonly annotations: Labels;
}

/** Where credentials of pods are said. */
export interface CredentialSources {
  readonly serviceAccounts: readonly KubeObject[];
  readonly account: Pick<Account, "addons" | "podIdentityAssociations"> | undefined;
}

/** EKS add-ons whose service account EKS gives a role, though nothing in the cluster may show it. */
const addonOf: Readonly<Record<string, string>> = {
  "kube-system/aws-node": "vpc-cni",
  "kube-system/ebs-csi-controller-sa": "aws-ebs-csi-driver",
  "kube-system/efs-csi-controller-sa": "aws-efs-csi-driver",
  "amazon-cloudwatch/cloudwatch-agent": "amazon-cloudwatch-observability",
};

/** Variables of AWS's SDKs that name credentials. */
const variables =
  /^AWS_(ACCESS_KEY_ID|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_FULL_URI|SHARED_CREDENTIALS_FILE|PROFILE)$/;

/**
 * Whether pods have credentials of their own for AWS: by IRSA, by Pod Identity, by kube2iam or by variables. Without any they have what
 * the role of their node allows.
 */
export function hasOwnCredentials(pod: Identified, sources: CredentialSources): boolean {
  const name = pod.spec.serviceAccountName ?? "default";
  const account = sources.serviceAccounts.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === pod.namespace,
  );
  if (account?.metadata.annotations?.["eks.amazonaws.com/role-arn"] !== undefined) return true;
  if (pod.annotations["iam.amazonaws.com/role"] !== undefined) return true;
  if (isAssociated(pod.namespace, name, sources.account?.podIdentityAssociations ?? [])) return true;
  const addon = (sources.account?.addons ?? []).find(
    (one) => textAt(one, "addonName") === addonOf[`${pod.namespace}/${name}`],
  );
  if (addon !== undefined && hasRole(addon)) return true;
  return pod.spec.containers.some((container) =>
    (container.env ?? []).some((one) => variables.test(one.name) && !isOptional(one)),
  );
}

function isAssociated(namespace: string, name: string, associations: readonly JsonObject[]): boolean {
  return associations.some((one) => textAt(one, "namespace") === namespace && textAt(one, "serviceAccount") === name);
}

function hasRole(addon: JsonObject): boolean {
  return textAt(addon, "serviceAccountRoleArn") !== undefined || listAt(addon, "podIdentityAssociations").length > 0;
}

// Charts offer keys of a secret that nobody makes.
function isOptional(variable: { readonly valueFrom?: unknown }): boolean {
  return JSON.stringify(variable.valueFrom ?? null).includes('"optional":true');
}
