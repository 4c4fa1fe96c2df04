import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { Json } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import { printed } from "../../kube/json.ts";
import type { Document } from "../ledger.ts";
import { flagTree, hasVariable, parseFlags, takeKubeletFlags } from "./kubelet.ts";
import type { Piece } from "./pieces.ts";
import { findCall } from "./shell.ts";

const program = /\/etc\/eks\/bootstrap\.sh|\/var\/lib\/cloud\/scripts\/eksctl\/bootstrap(?:\.al2)?\.sh/;

/**
 * What of a shell script stays when its call of Amazon Linux 2's bootstrap is lifted out: the other lines, and
 * kubelet flags without a field.
 */
export interface BootstrapRest {
  readonly script: string;
  readonly kubeletFlags: readonly string[];
}

/** Lifts the call of `/etc/eks/bootstrap.sh` out of a script; undefined when there is none. */
export function takeBootstrap(draft: Draft, piece: Piece): BootstrapRest | undefined {
  const call = findCall(piece.text, program);
  if (call === undefined) return undefined;
  const flags = parseFlags(call.words, new Set(["kubelet-extra-args"]));
  const kubelet = parseFlags((flags.get("kubelet-extra-args") ?? "").split(/\s+/));
  const bootstrap: Record<string, Json> = {};
  for (const [flag, value] of flags) if (flag !== "kubelet-extra-args") bootstrap[flag] = value;
  const document = draft.ledger.open("userData", { bootstrap, kubelet: flagTree(kubelet) });
  document.empty("bootstrap", "kubelet");
  const kubeletFlags = takeKubeletFlags(draft, document, ["kubelet"]);
  takeBootstrapFlags(draft, document, bootstrap);
  settleKubeletFlags(draft, document, kubeletFlags);

  const before = piece.text.slice(0, call.start).trimEnd();
  const after = piece.text.slice(call.end).replace(/^\n+/, "");
  const lines = meaningful(after);
  if (lines > 0) {
    const about = { nodeGroup: draft.nodeGroup.name, lines };
    draft.ledger.find(makeFinding(translationFindings, "DV2010", `nodegroup/${draft.nodeGroup.name}`, about));
  }
  const script = `${before}\n${after}`;
  return { script: meaningful(script) === 0 ? "" : script.trimEnd(), kubeletFlags };
}

// Flags without a field live on in a NodeConfig where the new image reads one.
function settleKubeletFlags(draft: Draft, document: Document, flags: readonly string[]): void {
  for (const flag of flags) {
    const name = flag.slice(2, flag.indexOf("="));
    const path = ["kubelet", name];
    if (draft.image?.family === "AL2023") {
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

function takeBootstrapFlags(draft: Draft, document: Document, flags: Readonly<Record<string, Json>>): void {
  for (const [flag, value] of Object.entries(flags)) {
    const path = ["bootstrap", flag];
    if (flag === "local-disks" && value === "raid0") {
      draft.nodeClass["instanceStorePolicy"] = "RAID0";
      document.kept(path, "EC2NodeClass spec.instanceStorePolicy");
    } else if (flag === "dns-cluster-ip" && !hasVariable(printed(value))) {
      draft.kubelet["clusterDNS"] = [value];
      document.kept(path, "EC2NodeClass spec.kubelet.clusterDNS");
    } else if (flag === "use-max-pods") {
      document.changed(path, {
        to: "EC2NodeClass spec.kubelet.maxPods",
        becomes: draft.kubelet["maxPods"] ?? "what the type's interfaces allow",
        why: "Karpenter computes the pods of a type from its network interfaces unless maxPods is set",
      });
    } else if (automatic.has(flag)) document.kept(path, ownWork);
    else {
      document.lost(path, {
        why: "an EC2NodeClass has no such setting",
        risk: "new nodes start with the image's default",
        fix: "write it in spec.userData if the default does not do",
      });
    }
  }
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

/** Lines that do something. */
function meaningful(script: string): number {
  const idle = /^\s*(#.*|set [-+].*|export [A-Z_]+=.*|[A-Z_]+=\S*|exec\s*>.*)?$/;
  return script.split("\n").filter((line) => !idle.test(line)).length;
}
