/** Something that only some images have, and how one does the same on the others. */
interface OnlyOn {
  readonly pattern: RegExp;
  readonly name: string;
  readonly families: ReadonlySet<string>;
  readonly instead: string;
}

const al2 = new Set(["AL2"]);
const al2023 = new Set(["AL2023"]);
const kubeletFields = "write kubelet settings in EC2NodeClass.spec.kubelet, or in a NodeConfig in spec.userData";

/** Files and programs of one family's EKS images (amazon-eks-ami: templates/al2, templates/al2023). The first that fits is named. */
const onlyOn: readonly OnlyOn[] = [
  { pattern: /\/etc\/eks\/bootstrap\.sh/, name: "/etc/eks/bootstrap.sh", families: al2, instead: kubeletFields },
  {
    pattern: /\/etc\/kubernetes\/kubelet\/kubelet-config\.json/,
    name: "/etc/kubernetes/kubelet/kubelet-config.json",
    families: al2,
    instead: kubeletFields,
  },
  {
    pattern: /\/etc\/eks\/(?:eni-max-pods\.txt|max-pods-calculator\.sh)/,
    name: "/etc/eks/eni-max-pods.txt",
    families: al2,
    instead: "set maxPods in EC2NodeClass.spec.kubelet",
  },
  {
    pattern: /\/etc\/systemd\/system\/kubelet\.service\.d\/(?:10-kubelet-args|30-kubelet-extra-args)\.conf/,
    name: "the kubelet's drop-ins of bootstrap.sh",
    families: al2,
    instead: kubeletFields,
  },
  {
    pattern: /\/etc\/eks\/containerd\//,
    name: "/etc/eks/containerd",
    families: al2,
    instead: "write containerd.config in a NodeConfig in spec.userData",
  },
  {
    pattern: /\bamazon-linux-extras\b/,
    name: "amazon-linux-extras",
    families: al2,
    instead: "install the package with dnf, under the name it has there",
  },
  {
    pattern:
      /\/etc\/(?:docker|sysconfig\/docker)\b|\/var\/run\/docker\.sock|\bdocker\.service\b|\bdockerd\b|(?:^|\s)docker(?:\s|$)/,
    name: "Docker",
    families: al2,
    instead: "use containerd: its settings in a NodeConfig's containerd.config, ctr or nerdctl in place of docker",
  },
  {
    pattern: /(?:^|[\s/])nodeadm(?:\s|$)|\/etc\/eks\/nodeadm/,
    name: "nodeadm",
    families: al2023,
    instead: kubeletFields,
  },
  {
    pattern: /\/etc\/kubernetes\/kubelet\/config\.json|\/etc\/eks\/kubelet\/environment|NODEADM_KUBELET_ARGS/,
    name: "the kubelet's files of nodeadm",
    families: al2023,
    instead: kubeletFields,
  },
  { pattern: /(?:^|[\s/])dnf(?:\s|$)/, name: "dnf", families: al2023, instead: "install the package with yum" },
];

/** What a command needs that images of this family do not have; undefined when it needs no such thing, or nothing is known of it. */
export function missingOn(
  family: string,
  command: string,
): { readonly name: string; readonly instead: string } | undefined {
  if (!isKnown(family)) return undefined;
  const found = onlyOn.find(({ pattern, families }) => pattern.test(command) && !families.has(family));
  return found === undefined ? undefined : { name: found.name, instead: found.instead };
}

/** Whether it is known what images of the family have. */
function isKnown(family: string): boolean {
  return family === "AL2" || family === "AL2023";
}

/** The family as people call it. */
export function familyTitle(family: string): string {
  const titles: Readonly<Record<string, string>> = {
    AL2: "Amazon Linux 2",
    AL2023: "Amazon Linux 2023",
    Custom: "this image",
  };
  return titles[family] ?? family.replace(/^Windows(\d+)$/, "Windows $1");
}
