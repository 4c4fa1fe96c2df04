import { minorRank } from "../../karpenter/releases.ts";
import type { Hop, Station } from "../../karpenter/upgrade-path.ts";
import { shellWord } from "../../kube/text.ts";
import { plainOf, textAt, valueAt } from "../../kube/json.ts";
import { alphaCrdCommands, adoption } from "./crd-steps.ts";
import { chartCallOf, chartVersion, controllerCommand, convertsToV1, crdCommand } from "./chart.ts";
import { type MoveFacts, passes } from "./facts.ts";
import type { UpgradeStep } from "./types.ts";

/**
 * What to do in one move, in upstream's order: rights before the program that needs them, CRDs before the controller, except where the CRDs
 * refer to webhooks that the controller must serve first; then objects, nodes, and what is left behind.
 */
export function upgradeSteps(
  move: MoveFacts,
  { kubernetesBefore }: Pick<Hop, "kubernetesBefore">,
): readonly UpgradeStep[] {
  const { to } = move;
  return [
    ...kubernetesSteps(move, kubernetesBefore),
    backup(move),
    ...permissions(move),
    ...(servesFirst(to) ? [controller(move), ...crds(move)] : [...crds(move), controller(move)]),
    look(move),
    ...(passes(move, "0.27") && to.apis.includes("v1alpha5") ? [staleDefaulting] : []),
    ...(to.minor === "0.32" ? rollOver(move) : []),
    ...(to.minor === "1.0" ? toStable(move) : []),
    ...(passes(move, "1.1") && !passes(move, "1.0") ? [noWebhooks(move)] : []),
    ...cleanup(move),
  ];
}

/** The last patches of 0.33 to 0.37: their CRDs name webhooks for the conversion, which must answer when the CRDs arrive. */
function servesFirst(to: Station): boolean {
  return convertsToV1(to) && to.minor !== "1.0";
}

function kubernetesSteps({ facts, from, to }: MoveFacts, minors: readonly string[]): readonly UpgradeStep[] {
  const cluster = shellWord(facts.clusterName ?? "CLUSTER");
  return minors.map((minor) => ({
    kind: "kubernetes",
    title: `upgrade Kubernetes to ${minor}, control plane first, then node groups and add-ons`,
    why: `Karpenter ${to.version} runs on Kubernetes ${to.kubernetes.min} to ${to.kubernetes.max}; ${from.version} runs on ${minor} too`,
    commands: [
      `aws eks update-cluster-version --name ${cluster} --kubernetes-version ${minor}`,
      `aws eks wait cluster-active --name ${cluster}`,
    ],
  }));
}

/** Every kind that a release keeps objects of. */
function kindsOf({ apis }: Station): string {
  const alpha = ["provisioners.karpenter.sh", "awsnodetemplates.karpenter.k8s.aws"];
  const later = ["nodepools.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  return [...(apis.includes("v1alpha5") ? alpha : []), ...(apis.some((api) => api !== "v1alpha5") ? later : [])].join(
    ",",
  );
}

function backup(move: MoveFacts): UpgradeStep {
  const { namespace, release } = chartCallOf(move);
  return {
    kind: "look",
    title: `keep what is there: objects and values of ${move.from.version}`,
    why: "a way back applies exactly these",
    commands: [
      `kubectl get ${kindsOf(move.from)} -o yaml > karpenter-${move.from.version}-objects.yaml`,
      `helm get values ${shellWord(release)} --namespace ${shellWord(namespace)} -o yaml > karpenter-${move.from.version}-values.yaml`,
    ],
  };
}

function permissions(move: MoveFacts): readonly UpgradeStep[] {
  const { from, to, facts } = move;
  if (from.release !== undefined && from.release.policyFacts === to.release?.policyFacts) return [];
  const isKnown = to.release !== undefined;
  const setup = `dovetail setup --karpenter-version ${to.version}${facts.setupWords} --emit json`;
  const source = isKnown
    ? "they are in the plan that the command writes"
    : `upstream's upgrade notes of ${from.minor} to ${to.minor} name them`;
  return [
    {
      kind: "permissions",
      title: `give the controller's role the permissions of ${to.version} beside those it has`,
      why: `the new controller asks for rights that the old one did not need, and the old ones stay until nothing needs them; ${source}`,
      commands: isKnown ? [`${setup} > karpenter-${to.version}-rights.json`] : [],
      back: "detach the policy that was added",
    },
  ];
}

function crds(move: MoveFacts): readonly UpgradeStep[] {
  const { to } = move;
  if (minorRank(to.minor) < minorRank("0.33")) {
    return [
      {
        kind: "crds",
        title: `apply the CRDs of ${to.version}`,
        why: "helm installs what lies in a chart's crds folder once and never upgrades it",
        commands: alphaCrdCommands(to),
        back: `the CRDs of ${move.from.version}, applied the same way`,
      },
    ];
  }
  const adopt = adoption(move);
  return [
    ...(adopt === undefined ? [] : [adopt]),
    {
      kind: "crds",
      title: `upgrade the CRDs by karpenter-crd ${chartVersion(to)}`,
      why: servesFirst(to)
        ? "they name the webhooks that the controller serves by now; from here " +
          "on v1 objects can be read, which is what a way back from 1.0 needs"
        : "they come before the controller, which refuses to work with older ones",
      commands: [crdCommand(move)],
      back: `helm upgrade karpenter-crd to ${move.from.version}${to.minor === "1.0" ? ", after the controller" : ""}`,
    },
  ];
}

function controller(move: MoveFacts): UpgradeStep {
  const { from, to } = move;
  const isClassic = from.minor === "0.16";
  return {
    kind: "controller",
    title: `upgrade the controller to ${to.version}`,
    why: isClassic
      ? "the chart of 0.16 came as a file, later ones come from a registry, and the webhook's container is gone since 0.19"
      : minorRank(from.minor) >= minorRank("0.33")
        ? "with the values that were kept; it comes up beside the old one, which stops once it is ready"
        : "values have other names here: these are taken from what runs, add what else yours hold",
    commands: [controllerCommand(move)],
    back: wayBack(move),
  };
}

function wayBack({ from, to }: MoveFacts): string {
  if (to.minor === "1.0") {
    return (
      `the controller of ${from.version} with webhook.enabled=true first, then ` +
      "its CRDs; only the newest patches of 0.33 to 0.37 can read what 1.0 stored"
    );
  }
  if (to.minor === "1.1" || (minorRank(to.minor) > minorRank("1.1") && from.minor === "1.0")) {
    return `the controller of ${from.version}, then its CRDs; objects stay v1`;
  }
  return `helm upgrade to ${from.version} with the values that were kept`;
}

function look(move: MoveFacts): UpgradeStep {
  const { namespace, release } = chartCallOf(move);
  return {
    kind: "look",
    title: "see that it works before going on",
    why: "the next move takes the way back of this one away",
    commands: [
      `kubectl rollout status deployment/${shellWord(release)} --namespace ${shellWord(namespace)} --timeout 5m`,
      `kubectl logs deployment/${shellWord(release)} --namespace ${shellWord(namespace)} --since 5m | grep -i error`,
    ],
  };
}

const staleDefaulting: UpgradeStep = {
  kind: "webhooks",
  title: "take away the webhook configuration that 0.27.3 left behind",
  why: "no server answers it any more, and a Provisioner could not be written",
  commands: ["kubectl delete mutatingwebhookconfiguration defaulting.webhook.karpenter.sh --ignore-not-found"],
};

function rollOver({ facts }: MoveFacts): readonly UpgradeStep[] {
  const taint = `'[{"op":"add","path":"/spec/taints/-","value":{"key":"karpenter.sh/legacy","value":"true","effect":"NoSchedule"}}]'`;
  const first = `'{"spec":{"taints":[{"key":"karpenter.sh/legacy","value":"true","effect":"NoSchedule"}]}}'`;
  return [
    {
      kind: "manifests",
      title: `apply ${facts.v1beta1.length} NodePools and EC2NodeClasses of v1beta1`,
      why: "0.32 works by both kinds of objects; defaults that the webhook used to add stand written in them",
      commands: [`dovetail upgrade --plan${facts.sourceWords} --manifests v1beta1 | kubectl apply -f -`],
      back: "kubectl delete those objects: no node is of them yet",
    },
    {
      kind: "nodes",
      title: "close the Provisioners to new pods",
      why: "so that pods without a place start nodes of the NodePools",
      commands: (facts.objects.provisioners ?? []).map((one) => {
        const name = shellWord(one.metadata.name);
        return valueAt(plainOf(one), "spec", "taints") === undefined
          ? `kubectl patch provisioner ${name} --type merge --patch ${first}`
          : `kubectl patch provisioner ${name} --type json --patch ${taint}`;
      }),
      back: "take the taint karpenter.sh/legacy out of each Provisioner",
    },
    {
      kind: "nodes",
      title: "roll the Provisioners' nodes over, one after another",
      why: "Karpenter drains each within the PodDisruptionBudgets and starts what its pods need under a NodePool",
      commands: [
        'for node in $(kubectl get nodes -l karpenter.sh/provisioner-name -o name); do kubectl delete "$node" --wait; done',
      ],
    },
    {
      kind: "remove",
      title: "take the alpha objects away once no Machine is left",
      why: "0.33 reads none of them",
      commands: ["kubectl get machines", "kubectl delete provisioners --all", "kubectl delete awsnodetemplates --all"],
    },
  ];
}

function toStable(move: MoveFacts): readonly UpgradeStep[] {
  return [...(passes(move, "1.0") ? [staleWebhooks] : []), ...stableObjects(move)];
}

const staleWebhooks: UpgradeStep = {
  kind: "webhooks",
  title: "take away what webhooks of 0.32 to 0.37 left, where helm does not do it",
  why: "1.0 validates by its CRDs; a configuration without a server refuses every write",
  commands: [
    "kubectl delete mutatingwebhookconfiguration defaulting.webhook.karpenter.k8s.aws --ignore-not-found",
    "kubectl delete validatingwebhookconfiguration validation.webhook.karpenter.sh " +
      "validation.webhook.config.karpenter.sh validation.webhook.karpenter.k8s.aws --ignore-not-found",
  ],
};

function manifestsStep(facts: MoveFacts["facts"]): UpgradeStep {
  return {
    kind: "manifests",
    title: `apply ${facts.v1.length} NodePools and EC2NodeClasses of v1`,
    why:
      "the webhook converts everything but the kubelet, which it keeps in an annotation " +
      "that 1.1 does not start with; put the same files where yours are kept",
    commands: [`dovetail upgrade --plan${facts.sourceWords} --manifests v1 | kubectl apply -f -`],
    back: "the kept objects; re-add the kubelet's annotation before going back to v1beta1",
  };
}

function stableObjects({ facts }: MoveFacts): readonly UpgradeStep[] {
  return [
    ...(facts.v1.length === 0 ? [] : [manifestsStep(facts)]),
    {
      kind: "storage",
      title: "wait until only v1 is stored",
      why:
        "1.1 brings CRDs without v1beta1, which are refused while objects " +
        "are stored so; 1.0.6 and later store everything anew by themselves",
      commands: [
        "kubectl get crd nodepools.karpenter.sh nodeclaims.karpenter.sh ec2nodeclasses.karpenter.k8s.aws " +
          "-o jsonpath='{range .items[*]}{.metadata.name} {.status.storedVersions}{\"\\n\"}{end}'",
      ],
    },
  ];
}

function noWebhooks({ facts }: MoveFacts): UpgradeStep {
  const service = facts.installation?.name ?? "karpenter";
  return {
    kind: "webhooks",
    title: "see that no CRD converts by a webhook any more",
    why: `the controller serves none since 1.1: a CRD that still refers to the Service ${service} cannot be read`,
    commands: ["kubectl get crd nodepools.karpenter.sh -o jsonpath='{.spec.conversion.strategy}{\"\\n\"}'"],
  };
}

function cleanup(move: MoveFacts): readonly UpgradeStep[] {
  const { to, from } = move;
  if (to.minor !== "1.0" && !passes(move, "0.33")) return [];
  if (to.minor === "1.0" && from.minor === "1.0") return [];
  const profile = move.facts.v1.find(({ spec }) => textAt(spec, "instanceProfile") !== undefined);
  const more =
    from.minor === "0.32" && profile === undefined ? "; the instance profile that was made by hand is free too" : "";
  return [
    {
      kind: "remove",
      title: `take the permissions of ${from.version} from the controller's role`,
      why: `nothing asks for them any more${more}`,
      commands: [],
      back: "attach the policy again before the controller goes back",
    },
  ];
}
