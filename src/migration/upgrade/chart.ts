import { minorRank } from "../../karpenter/releases.ts";
import { shellWord } from "../../kube/text.ts";
import { plainOf, textAt } from "../../kube/json.ts";
import type { Container } from "../../kube/objects.ts";
import { defaultInstanceProfileOf, karpenterContainerOf } from "../../karpenter/installations.ts";
import type { Station } from "../../karpenter/upgrade-path.ts";
import { type MoveFacts } from "./facts.ts";

/** Where the new chart goes and what it is told. */
export interface ChartCall {
  readonly namespace: string;
  readonly release: string;
}

const oci = "oci://public.ecr.aws/karpenter";

/** Namespace and helm release of the controller that runs; upstream's where it is not known. */
export function chartCallOf({ facts: { installation }, from }: MoveFacts): ChartCall {
  const labels = installation?.object.metadata.labels;
  return {
    // Upstream installs into kube-system since 0.33.
    namespace: installation?.namespace ?? (minorRank(from.minor) < minorRank("0.33") ? "karpenter" : "kube-system"),
    release: labels?.["app.kubernetes.io/instance"] ?? installation?.name ?? "karpenter",
  };
}

/** A chart's version as its registry writes it: with v until 0.34. */
export function chartVersion({ version, minor }: Station): string {
  return minorRank(minor) < minorRank("0.35") ? `v${version}` : version;
}

/** The command that upgrades the controller, with the values that are known from what runs. */
export function controllerCommand(move: MoveFacts): string {
  const { namespace, release } = chartCallOf(move);
  const head =
    `helm upgrade --install ${shellWord(release)} ${oci}/karpenter ` +
    `--version ${chartVersion(move.to)} --namespace ${shellWord(namespace)}`;
  const { from, to } = move;
  const webhooks = convertsToV1(to) && to.minor !== "1.0" ? ["webhook.enabled=true", "webhook.port=8443"] : [];
  // Values keep their names from 0.33 on: what was kept is handed over whole.
  const values = minorRank(from.minor) >= minorRank("0.33") ? [`--values karpenter-${from.version}-values.yaml`] : [];
  const set = [...(values.length > 0 ? [] : valuesOf(move)), ...webhooks];
  return [head, ...values, ...set.map((value) => `--set ${value}`), "--wait"].join(" \\\n  ");
}

/** The command that brings the CRDs of a release by the chart that is made for it. */
export function crdCommand(move: MoveFacts): string {
  const { namespace, release } = chartCallOf(move);
  const head =
    `helm upgrade --install karpenter-crd ${oci}/karpenter-crd --version ` +
    `${chartVersion(move.to)} --namespace ${shellWord(namespace)}`;
  const converting = ["webhook.enabled=true", `webhook.serviceName=${shellWord(release)}`, "webhook.port=8443"];
  // Without a value helm would go on with those of the release before: webhooks that nobody serves any more.
  const values = convertsToV1(move.to) ? converting.map((value) => `--set ${value}`) : ["--reset-values"];
  return [head, ...values].join(" \\\n  ");
}

/** Whether the release serves the webhooks that turn v1beta1 into v1 and back. */
export function convertsToV1({ minor }: Station): boolean {
  return minorRank(minor) >= minorRank("0.33") && minorRank(minor) <= minorRank("1.0");
}

/** Chart values by the names that the release knows: env and `settings.aws` until 0.31, `settings` from 0.32 on. */
function valuesOf(move: MoveFacts): readonly string[] {
  const { facts, to } = move;
  const { installation } = facts;
  const container = installation === undefined ? undefined : karpenterContainerOf(installation.object);
  const environment = (name: string): string | undefined => container?.env?.find((one) => one.name === name)?.value;
  const cluster = facts.clusterName ?? environment("CLUSTER_NAME");
  const group =
    minorRank(to.minor) >= minorRank("0.32")
      ? "settings"
      : minorRank(to.minor) >= minorRank("0.19")
        ? "settings.aws"
        : "";
  const key = (name: string): string => (group === "" ? name : `${group}.${name}`);
  const queue = group === "settings" ? "interruptionQueue" : "interruptionQueueName";
  const profile = defaultInstanceProfileOf(facts.objects);
  const profileKey =
    minorRank(to.minor) <= minorRank("0.18") ? "aws.defaultInstanceProfile" : "settings.aws.defaultInstanceProfile";
  const endpoint = environment("CLUSTER_ENDPOINT") ?? settingOf(move, "aws.clusterEndpoint");
  return [
    ...roleOf(move).map((arn) => `serviceAccount.annotations."eks\\.amazonaws\\.com/role-arn"=${arn}`),
    ...(installation === undefined ? [] : [`serviceAccount.name=${shellWord(installation.serviceAccount)}`]),
    `${key("clusterName")}=${cluster === undefined ? '"$CLUSTER_NAME"' : shellWord(cluster)}`,
    // From 0.25 on the controller asks EKS for it.
    ...(minorRank(to.minor) < minorRank("0.25") && endpoint !== undefined
      ? [`${key("clusterEndpoint")}=${endpoint}`]
      : []),
    ...(minorRank(to.minor) <= minorRank("0.32") && profile !== undefined
      ? [`${profileKey}=${shellWord(profile)}`]
      : []),
    ...(installation?.interruptionQueue === undefined
      ? []
      : [`${key(queue)}=${shellWord(installation.interruptionQueue)}`]),
    ...sizesOf(container),
    ...(installation === undefined || installation.replicas === 2 ? [] : [`replicas=${installation.replicas}`]),
  ];
}

/** The chart asks for nothing by itself since 0.26: what runs goes on with what it has. */
function sizesOf(container: Container | undefined): readonly string[] {
  const resources = container?.resources;
  const value = (kind: "requests" | "limits", name: string, standard: string): string => {
    const given = resources?.[kind]?.[name];
    return `controller.resources.${kind}.${name}=${given ?? standard}`;
  };
  return [value("requests", "cpu", "1"), value("requests", "memory", "1Gi"), value("limits", "memory", "1Gi")];
}

/** The role of the controller's ServiceAccount, where it has one by IRSA. */
function roleOf({ facts: { installation, objects } }: MoveFacts): readonly string[] {
  const account = objects.serviceaccounts?.find(
    ({ metadata }) => metadata.name === installation?.serviceAccount && metadata.namespace === installation.namespace,
  );
  const arn = account?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
  return arn === undefined ? [] : [arn];
}

function settingOf({ facts: { objects } }: MoveFacts, name: string): string | undefined {
  const settings = objects.configmaps?.find(({ metadata }) => metadata.name === "karpenter-global-settings");
  return settings === undefined ? undefined : textAt(plainOf(settings), "data", name);
}
