import type { Json } from "../../kube/objects.ts";
import { textAt, printed } from "../../kube/json.ts";
import type { Draft } from "../draft.ts";
import type { Facts } from "../facts.ts";
import type { Document, Loss } from "../ledger.ts";
import { flagTree, parseFlags, splitArguments, takeKubeletFlags } from "./kubelet.ts";
import type { Piece } from "./pieces.ts";
import { readPowershell, type Statement } from "./powershell.ts";

/**
 * Windows user data: Karpenter puts its own call of the bootstrap script behind the lines and the tags around them, so the call goes,
 * its arguments find their fields, and what stays stands without tags.
 */
export function takeWindows(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  takeBlocks(draft, piece.text);
  const statements = readPowershell(linesOf(piece.text));
  const call = statements.find(isBootstrap);
  if (call !== undefined) takeCall(draft, facts, call);
  const rest = statements.filter((one) => one !== call);
  const kept = rest.filter(
    (one) => one.assigned === undefined || call === undefined || isUsed(one.assigned, rest, call),
  );
  const text = kept.map((one) => one.text).join("\n");
  return kept.every((one) => one.words.length === 0 || one.text.startsWith("#"))
    ? []
    : [{ ...piece, text: `${text.trim()}\n` }];
}

function linesOf(text: string): string {
  return Array.from(text.matchAll(/<powershell>([^]*?)(?:<\/powershell>|$)/gi), ([, inner = ""]) => inner.trim()).join(
    "\n",
  );
}

// What stands beside the PowerShell block: EC2Launch reads it, Karpenter would put it inside the block.
function takeBlocks(draft: Draft, text: string): void {
  const beside: Record<string, string> = {};
  for (const tag of ["script", "persist", "powershellArguments", "scriptArguments", "detach", "runAsLocalSystem"]) {
    const inner = between(text, tag);
    if (inner !== undefined) beside[tag] = inner;
  }
  if (Object.keys(beside).length === 0) return;
  const document = draft.ledger.open("userData", beside);
  for (const [tag, inner] of Object.entries(beside)) {
    const isNothing = inner === "" || (inner.toLowerCase() === "false" && tag !== "script");
    document.lost([tag], isNothing ? { why: "nothing is set", risk: "none" } : (blocks[tag] ?? otherBlock));
  }
}

function between(text: string, tag: string): string | undefined {
  const small = text.toLowerCase();
  const [open, close] = [`<${tag.toLowerCase()}>`, `</${tag.toLowerCase()}>`];
  const from = small.indexOf(open);
  const to = from < 0 ? -1 : small.indexOf(close, from);
  return to < 0 ? undefined : text.slice(from + open.length, to).trim();
}

const blocks: Readonly<Record<string, Loss>> = {
  script: {
    why: "Karpenter wraps all user data of Windows in <powershell>, where a batch script does not run",
    risk: "new nodes start without it",
    fix: "write the commands in PowerShell",
    severity: "error",
  },
  persist: {
    why: "Karpenter's <powershell> runs at the first boot only",
    risk: "what should run at every boot does not",
    fix: "register a scheduled task in the script",
    severity: "warning",
  },
};

const otherBlock: Loss = {
  why: "Karpenter wraps all user data of Windows in <powershell> and gives no options with it",
  risk: "the script runs with EC2Launch's defaults",
  fix: "check that the script does not rely on it",
  severity: "info",
};

function isBootstrap(statement: Statement): boolean {
  return statement.words.some((word) => /Start-EKSBootstrap\.ps1$/i.test(word)) && statement.assigned === undefined;
}

// A variable that only led to the call, directly or through another one, goes with it.
function isUsed(name: string, rest: readonly Statement[], call: Statement): boolean {
  const used = rest.filter((one) => one.assigned !== name && one.names.includes(name));
  if (used.length === 0) return !call.names.includes(name);
  return used.some(
    (one) =>
      one.assigned === undefined ||
      isUsed(
        one.assigned,
        rest.filter((other) => other !== one),
        call,
      ),
  );
}

function takeCall(draft: Draft, facts: Facts, call: Statement): void {
  const given = argumentsOf(call.words);
  const { KubeletExtraArgs: kubelet = "", ...bootstrap } = given;
  const document = draft.ledger.open("userData", {
    bootstrap,
    kubelet: flagTree(parseFlags(splitArguments(kubelet))),
  });
  document.empty("bootstrap", "kubelet");
  for (const flag of takeKubeletFlags(draft, document, ["kubelet"])) {
    document.lost(["kubelet", flag.slice(2, flag.indexOf("="))], {
      why: "spec.kubelet has no field for it, and Karpenter passes no other flags to the kubelet of Windows",
      risk: "new nodes run the kubelet without it",
      fix: "do without, or leave this group out of the migration",
    });
  }
  for (const [name, value] of Object.entries(bootstrap)) takeArgument(draft, facts, [document, name, value]);
}

/** `-Name value` and `-Name:value`, under the script's own spelling of the names; a switch is `true`. */
function argumentsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  const from = words.findIndex((word) => /Start-EKSBootstrap\.ps1$/i.test(word)) + 1;
  for (let at = from; at < words.length; at += 1) {
    const [, name, inline] = /^-([A-Za-z]\w*)(?::([^]*))?$/.exec(words[at] ?? "") ?? [];
    if (name === undefined) continue;
    const spelt = spellings.get(name.toLowerCase()) ?? name;
    const next = words[at + 1];
    if (inline !== undefined) given[spelt] = inline;
    else if (next === undefined || /^-[A-Za-z]+$/.test(next)) given[spelt] = "true";
    else {
      given[spelt] = next;
      at += 1;
    }
  }
  return given;
}

const automatic = new Set(["EKSClusterName", "APIServerEndpoint", "Base64ClusterCA"]);
const spellings = new Map(
  [
    ...automatic,
    "KubeletExtraArgs",
    "KubeProxyExtraArgs",
    "DNSClusterIP",
    "ServiceCIDR",
    "ContainerRuntime",
    "ExcludedSnatCIDRs",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Ranges of services that the bootstrap script tells from the VPC's own range by itself. */
const standardServices = new Set(["10.100.0.0/16", "172.20.0.0/16"]);

function takeArgument(draft: Draft, facts: Facts, [document, name, value]: [Document, string, Json]): void {
  const path = ["bootstrap", name];
  if (automatic.has(name)) return document.kept(path, "Karpenter's own bootstrap does this");
  if (name === "DNSClusterIP" && !printed(value).includes("$")) {
    draft.kubelet["clusterDNS"] = [value];
    return document.kept(path, "EC2NodeClass spec.kubelet.clusterDNS");
  }
  if (name === "ContainerRuntime") {
    const isCurrent = printed(value) === "containerd";
    return document.lost(path, {
      why: "current images run containerd",
      risk: isCurrent ? "none" : "software that talks to dockerd fails",
      ...(isCurrent ? {} : { fix: "find pods that mount the pipe docker_engine" }),
    });
  }
  if (name === "ServiceCIDR") {
    const range = textAt(facts.input.account?.cluster, "kubernetesNetworkConfig", "serviceIpv4Cidr") ?? printed(value);
    const isStandard = standardServices.has(range);
    return document.lost(path, {
      why: isStandard
        ? "the bootstrap script finds this range by itself"
        : "Karpenter does not pass it, and the range is none of EKS' own two",
      risk: isStandard ? "none" : "pods on new Windows nodes do not reach services",
      ...(isStandard
        ? {}
        : { fix: "leave this group out of the migration, or test a node first", severity: "error" as const }),
    });
  }
  document.lost(path, {
    why: "Karpenter's call of the bootstrap script has no such argument",
    risk: "new nodes start with the image's default",
    fix: "do the same in lines of spec.userData, or do without",
    severity: "warning",
  });
}
