import { minorRank } from "../../karpenter/releases.ts";
import { type Station } from "../../karpenter/upgrade-path.ts";
import { shellWord } from "../../kube/text.ts";
import { chartCallOf } from "./chart.ts";
import { type MoveFacts } from "./facts.ts";
import type { UpgradeStep } from "./types.ts";

/** CRDs of a release before karpenter-crd has to be used, as files of its tag, in the order in which upstream applies them. */
export function alphaCrdCommands(to: Station): readonly string[] {
  const folder = minorRank(to.minor) < minorRank("0.19") ? "charts/karpenter/crds" : "pkg/apis/crds";
  const files = [
    "karpenter.sh_provisioners",
    ...(minorRank(to.minor) >= minorRank("0.28") ? ["karpenter.sh_machines"] : []),
    "karpenter.k8s.aws_awsnodetemplates",
    ...(to.minor === "0.32"
      ? ["karpenter.sh_nodepools", "karpenter.sh_nodeclaims", "karpenter.k8s.aws_ec2nodeclasses"]
      : []),
  ];
  const base = `https://raw.githubusercontent.com/aws/karpenter-provider-aws/v${to.version}/${folder}`;
  return files.map((file) => `kubectl apply -f ${base}/${file}.yaml`);
}

/** Lets karpenter-crd take over CRDs that it did not make: helm refuses them otherwise. Undefined where the chart has them already. */
export function adoption(move: MoveFacts): UpgradeStep | undefined {
  const { facts, from } = move;
  // After the first move of v1beta1 the chart has them.
  if (facts.from.version !== from.version && from.minor !== "0.32") return undefined;
  const names = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  const crds = (facts.objects.customresourcedefinitions ?? []).filter(({ metadata }) => names.includes(metadata.name));
  const isOwned = (name: string): boolean =>
    crds.find(({ metadata }) => metadata.name === name)?.metadata.annotations?.["meta.helm.sh/release-name"] ===
    "karpenter-crd";
  if (names.every(isOwned)) return undefined;
  const { namespace } = chartCallOf(move);
  const list = names.join(" ");
  return {
    kind: "crds",
    title: "let karpenter-crd take over the CRDs that are there",
    why: "helm refuses objects that do not say that they are its own",
    commands: [
      `kubectl label crd ${list} app.kubernetes.io/managed-by=Helm --overwrite`,
      `kubectl annotate crd ${list} meta.helm.sh/release-name=karpenter-crd ` +
        `meta.helm.sh/release-namespace=${shellWord(namespace)} --overwrite`,
    ],
  };
}
