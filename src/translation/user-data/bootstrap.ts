import type { Json } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import { printed } from "../../kube/json.ts";
import type { Document } from "../ledger.ts";
import { flagTree, parseFlags, splitArguments, takeKubeletFlags } from "./kubelet.ts";
import { hasVariable, type Command, type Script } from "./shell.ts";

const program = /^(?:\/etc\/eks\/bootstrap\.sh|\/var\/lib\/cloud\/scripts\/eksctl\/bootstrap(?:\.al2)?\.sh)$/;
const before = /^(?:sudo|exec|(?:\/(?:usr\/)?bin\/)?(?:ba)?sh|env|nohup|command|-[A-Za-z]+|[A-Za-z_]\w*=[^]*)$/;

/** Variables that the script takes where it is given no argument (bootstrap.sh of the EKS images of Amazon Linux 2). */
const variables: Readonly<Record<string, string>> = {
  KUBELET_EXTRA_ARGS: "kubelet-extra-args",
  USE_MAX_PODS: "use-max-pods",
  DNS_CLUSTER_IP: "dns-cluster-ip",
  CONTAINER_RUNTIME: "container-runtime",
  ENABLE_DOCKER_BRIDGE: "enable-docker-bridge",
  DOCKER_CONFIG_JSON: "docker-config-json",
  CONTAINERD_CONFIG_FILE: "containerd-config-file",
  PAUSE_CONTAINER_ACCOUNT: "pause-container-account",
  PAUSE_CONTAINER_VERSION: "pause-container-version",
  IP_FAMILY: "ip-family",
  LOCAL_DISKS: "local-disks",
};

/** Whether a variable says something to the bootstrap script of Amazon Linux 2. */
export function isBootstrapVariable(name: string): boolean {
  return variables[name] !== undefined;
}

/** The calls of Amazon Linux 2's bootstrap in a script. */
export function bootstrapCalls({ commands }: Script): readonly Command[] {
  return commands.filter((command) => programAt(command) >= 0);
}

// In front of the program may stand what runs it, and variables for it.
function programAt({ words }: Command): number {
  const at = words.findIndex((word) => program.test(word));
  return at >= 0 && words.slice(0, at).every((word) => before.test(word)) ? at : -1;
}

/** What the calls of the bootstrap say that has a field, lifted. Returns the kubelet flags that have none. */
export function takeBootstrap(draft: Draft, script: Script, calls: readonly Command[]): readonly string[] {
  const flags = agreed(calls.map((call) => flagsOf(call, script)));
  const kubelet = parseFlags(splitArguments(flags.known.get("kubelet-extra-args") ?? ""));
  const bootstrap: Record<string, Json> = {};
  for (const [flag, value] of flags.known) if (flag !== "kubelet-extra-args") bootstrap[flag] = value;
  const document = draft.ledger.open("userData", { bootstrap, kubelet: flagTree(kubelet), either: { ...flags.open } });
  document.empty("bootstrap", "kubelet", "either");
  for (const flag of Object.keys(flags.open)) {
    document.lost(["either", flag], {
      why: "the script calls the bootstrap in more than one way and decides at boot in which",
      risk: "new nodes start without it",
      fix: "make one NodePool and EC2NodeClass for each way",
      severity: "warning",
    });
  }
  const left = takeKubeletFlags(draft, document, ["kubelet"]);
  takeBootstrapFlags(draft, document, bootstrap);
  settleKubeletFlags(draft, document, left);
  return left;
}

function flagsOf(call: Command, script: Script): ReadonlyMap<string, string> {
  const at = programAt(call);
  const flags = new Map(parseFlags(call.words.slice(at + 1), new Set(["kubelet-extra-args"])));
  const given = new Map(
    Array.from(script.exported, (name) => [name, script.variables.get(name) ?? `$${name}`] as const),
  );
  for (const word of call.words.slice(0, at)) {
    const [, name, value] = /^([A-Za-z_]\w*)=([^]*)$/.exec(word) ?? [];
    if (name !== undefined && value !== undefined) given.set(name, value);
  }
  for (const [name, flag] of Object.entries(variables)) {
    const value = given.get(name);
    if (value !== undefined && !flags.has(flag)) flags.set(flag, value);
  }
  return flags;
}

/** What all calls say alike, and by flag what they say differently. */
function agreed(all: readonly ReadonlyMap<string, string>[]): {
  readonly known: ReadonlyMap<string, string>;
  readonly open: Readonly<Record<string, string>>;
} {
  const known = new Map<string, string>();
  const open: Record<string, string> = {};
  for (const flag of new Set(all.flatMap((flags) => [...flags.keys()]))) {
    const values = [...new Set(all.map((flags) => flags.get(flag)))];
    const [first] = values;
    if (values.length === 1 && first !== undefined) known.set(flag, first);
    else open[flag] = values.map((value) => value ?? "nothing").join(" or ");
  }
  return { known, open };
}

// Flags without a field live on in a NodeConfig where the new image reads one.
function settleKubeletFlags(draft: Draft, document: Document, flags: readonly string[]): void {
  for (const flag of flags) {
    const name = flag.slice(2, flag.indexOf("="));
    const path = ["kubelet", name];
    if (draft.image?.family === "Custom") document.kept(path, "EC2NodeClass spec.userData");
    else if (draft.image?.family === "AL2023") {
      document.changed(path, {
        to: "EC2NodeClass spec.userData: NodeConfig spec.kubelet.flags",
        becomes: flag,
        why: "passed on by nodeadm",
      });
    } else {
      document.lost(path, {
        why: "spec.kubelet has no field for it, and Karpenter passes no other flags to the kubelet of this image",
        risk: "new nodes run the kubelet without it",
        fix: "write a kubelet drop-in in spec.userData, or move to Amazon Linux 2023 with --ami-alias al2023@latest",
      });
    }
  }
}

const ownWork = "Karpenter's own bootstrap does this";

/** A kubelet that is told no number counts so many (KubeletConfiguration v1beta1, maxPods). */
const kubeletsOwnPods = 110;

function takeBootstrapFlags(draft: Draft, document: Document, flags: Readonly<Record<string, Json>>): void {
  for (const [flag, value] of Object.entries(flags)) {
    const path = ["bootstrap", flag];
    if (draft.image?.family === "Custom" && flag !== "use-max-pods") {
      document.kept(path, "EC2NodeClass spec.userData");
    } else if (flag === "local-disks" && value === "raid0") {
      draft.nodeClass["instanceStorePolicy"] = "RAID0";
      document.kept(path, "EC2NodeClass spec.instanceStorePolicy");
    } else if (flag === "dns-cluster-ip" && !hasVariable(printed(value))) {
      draft.kubelet["clusterDNS"] = [value];
      document.kept(path, "EC2NodeClass spec.kubelet.clusterDNS");
    } else if (flag === "use-max-pods") takeUseMaxPods(draft, document, value);
    else if (automatic.has(flag)) document.kept(path, ownWork);
    else {
      document.lost(path, {
        why: "an EC2NodeClass has no such setting",
        risk: "new nodes start with the image's default",
        fix: "write it in spec.userData if the default does not do",
      });
    }
  }
}

function takeUseMaxPods(draft: Draft, document: Document, value: Json): void {
  const isKubelets = value === "false" && draft.kubelet["maxPods"] === undefined;
  if (isKubelets) draft.kubelet["maxPods"] = kubeletsOwnPods;
  document.changed(["bootstrap", "use-max-pods"], {
    to: "EC2NodeClass spec.kubelet.maxPods",
    becomes: draft.kubelet["maxPods"] ?? "what the type's interfaces allow",
    why: isKubelets
      ? "the kubelet is told no number of pods, and its own default holds"
      : "Karpenter computes the pods of a type from its network interfaces unless maxPods is set",
  });
}

const automatic = new Set([
  "b64-cluster-ca",
  "apiserver-endpoint",
  "ip-family",
  "service-ipv4-cidr",
  "service-ipv6-cidr",
  "container-runtime",
  "aws-api-retry-attempts",
  "dns-cluster-ip",
]);
