import type { Container, PodSpec } from "../../kube/objects.ts";
import type { Core } from "../world/core.ts";

type Env = NonNullable<Container["env"]>;

const tokenFolder = "/var/run/secrets";

/** What EKS's webhook adds to a pod: the IRSA or Pod Identity variables of its service account. */
export function withIdentity(core: Core, namespace: string, spec: PodSpec): PodSpec {
  const env = identityEnv(core, namespace, spec.serviceAccountName ?? "default");
  if (env.length === 0) return spec;
  const containers = spec.containers.map((one) => ({ ...one, env: [...(one.env ?? []), ...env] }));
  return { ...spec, containers };
}

function identityEnv(core: Core, namespace: string, name: string): Env {
  const { region } = core.state.aws;
  const associations = Object.values(core.aws.table("eks.podIdentities"));
  if (associations.some((one) => one["namespace"] === namespace && one["serviceAccount"] === name)) {
    return [
      { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
      { name: "AWS_DEFAULT_REGION", value: region },
      { name: "AWS_REGION", value: region },
      { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" },
      {
        name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        value: `${tokenFolder}/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token`,
      },
    ];
  }
  const account = core.api.find("serviceaccounts", name, namespace);
  const role = account?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
  if (role === undefined) return [];
  return [
    { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
    { name: "AWS_DEFAULT_REGION", value: region },
    { name: "AWS_REGION", value: region },
    { name: "AWS_ROLE_ARN", value: role },
    { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: `${tokenFolder}/eks.amazonaws.com/serviceaccount/token` },
  ];
}
