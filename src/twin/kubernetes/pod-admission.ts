import type { Container, PodSpec, Volume } from "../../kube/objects.ts";
import type { AwsAccount } from "../account/account.ts";
import type { PodAdmission } from "../store/admission.ts";
import type { Store } from "../store/store.ts";

type Env = NonNullable<Container["env"]>;
type Mount = NonNullable<Container["volumeMounts"]>[number];

const tokenFolder = "/var/run/secrets";

interface Cluster {
  readonly store: () => Store;
  readonly account: () => AwsAccount;
}

/** What an EKS cluster adds to pods: what their PriorityClass says, and the IRSA or Pod Identity variables of their service account. */
export function podAdmission(cluster: Cluster): PodAdmission {
  // One result for each spec and each state of its service account, so that pods of a template share their spec.
  const mutated = new WeakMap<PodSpec, { readonly identity: string; readonly spec: PodSpec }>();
  return {
    classOf: (className) => {
      const classes = cluster.store().all("priorityclasses");
      return className === undefined
        ? classes.find(({ globalDefault }) => globalDefault === true)
        : classes.find(({ metadata }) => metadata.name === className);
    },
    mutate: (namespace, spec) => {
      const identity = identityOf(cluster, namespace, spec.serviceAccountName ?? "default");
      if (identity === "") return spec;
      const before = mutated.get(spec);
      if (before?.identity === identity) return before.spec;
      const env = identityEnv(identity, cluster.account().region);
      const token = tokenVolume(identity);
      const containers = spec.containers.map((one) => ({
        ...one,
        env: [...(one.env ?? []), ...env],
        volumeMounts: [...(one.volumeMounts ?? []), token.mount],
      }));
      const made = { identity, spec: { ...spec, containers, volumes: [...(spec.volumes ?? []), token.volume] } };
      mutated.set(spec, made);
      return made.spec;
    },
  };
}

const podIdentity = "pod-identity";

// `pod-identity`, the ARN of the role, or nothing.
function identityOf(cluster: Cluster, namespace: string, name: string): string {
  const associations = cluster.account().rows("eks.podIdentities");
  if (associations.some((one) => one["namespace"] === namespace && one["serviceAccount"] === name)) return podIdentity;
  const account = cluster.store().find("serviceaccounts", name, namespace);
  return account?.metadata.annotations?.["eks.amazonaws.com/role-arn"] ?? "";
}

function identityEnv(identity: string, region: string): Env {
  const head = [
    { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
    { name: "AWS_DEFAULT_REGION", value: region },
    { name: "AWS_REGION", value: region },
  ];
  if (identity === podIdentity)
    return [
      ...head,
      { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" },
      {
        name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        value: `${tokenFolder}/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token`,
      },
    ];
  return [
    ...head,
    { name: "AWS_ROLE_ARN", value: identity },
    { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: `${tokenFolder}/eks.amazonaws.com/serviceaccount/token` },
  ];
}

// The token that the variables speak of, as EKS's webhook projects it.
function tokenVolume(identity: string): { readonly volume: Volume; readonly mount: Mount } {
  const isPodIdentity = identity === podIdentity;
  const name = isPodIdentity ? "eks-pod-identity-token" : "aws-iam-token";
  const folder = isPodIdentity ? "pods.eks.amazonaws.com" : "eks.amazonaws.com";
  const audience = isPodIdentity ? "pods.eks.amazonaws.com" : "sts.amazonaws.com";
  const path = isPodIdentity ? "eks-pod-identity-token" : "token";
  const expirationSeconds = 86_400;
  return {
    volume: { name, projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds, path } }] } },
    mount: { name, mountPath: `${tokenFolder}/${folder}/serviceaccount`, readOnly: true },
  };
}
