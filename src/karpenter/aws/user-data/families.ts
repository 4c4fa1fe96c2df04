// Mirrors pkg/providers/amifamily/bootstrap/eksbootstrap.go
// and pkg/providers/amifamily/bootstrap/nodeadm.go and pkg/providers/amifamily/bootstrap/windows.go of karpenter-provider-aws v1.14.1.
import { isMime, type MimePart, parseMime, printMime } from "./mime.ts";
import type { ResolvedKubelet } from "../kubelet.ts";
import {
  type BootstrapOptions,
  durationText,
  kubeletArgs,
  labelArg,
  type TextCodecs,
  type UserData,
} from "./options.ts";
import { printYaml, type Yaml } from "./yaml-print.ts";

const shell = 'text/x-shellscript; charset="us-ascii"';
const nodeConfig = "application/node.eks.aws";

/** Amazon Linux 2: the EKS bootstrap script after the user's own parts. */
export function al2UserData(options: BootstrapOptions): UserData {
  const parts: MimePart[] = [];
  for (const text of [options.custom ?? "", al2Script(options)]) {
    if (text === "") continue;
    if (!isMime(text)) {
      parts.push({ headers: { "Content-Type": shell }, content: text });
      continue;
    }
    const parsed = parseMime(text);
    if (!parsed.ok) return { ok: false, reason: `parsing custom user data input ${al2Reason(parsed)}` };
    parts.push(...parsed.parts);
  }
  return { ok: true, text: printMime(parts) };
}

function al2Reason(failed: { readonly where: "headers" | "part"; readonly reason: string }): string {
  if (failed.reason === "not multipart") return "user data is not in multipart MIME format";
  if (failed.where === "headers") return `user data does not define a content-type header ${failed.reason}`;
  return failed.reason;
}

function al2Script(options: BootstrapOptions): string {
  const { kubelet } = options;
  const dns = kubelet.clusterDNS?.[0];
  const ca = options.caBundle === undefined ? "" : `--b64-cluster-ca '${options.caBundle}'`;
  const args = kubeletArgs(options);
  return [
    "#!/bin/bash -xe\n",
    "exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1\n",
    `/etc/eks/bootstrap.sh '${options.clusterName}' --apiserver-endpoint '${options.clusterEndpoint}' ${ca}`,
    dns?.includes(":") === true ? " \\\n--ip-family ipv6" : "",
    dns === undefined ? "" : ` \\\n--dns-cluster-ip '${dns}'`,
    kubelet.maxPods === undefined ? "" : " \\\n--use-max-pods false",
    args.length === 0 ? "" : ` \\\n--kubelet-extra-args '${args.join(" ")}'`,
    options.instanceStorePolicy === "RAID0" ? " \\\n--local-disks raid0" : "",
  ].join("");
}

/** Amazon Linux 2023: a NodeConfig for nodeadm after the user's own parts. */
export function nodeadmUserData(options: BootstrapOptions, codecs: TextCodecs): UserData {
  if ((options.clusterCidr ?? "") === "") {
    return {
      ok: false,
      isNotReady: true,
      reason: "generating NodeConfig, NodeClassRef not ready, resolving cluster CIDR",
    };
  }
  const own = nodeadmParts(options.custom ?? "", codecs);
  if ("reason" in own) return { ok: false, reason: `parsing custom UserData, ${own.reason}` };
  const generated = `# Karpenter Generated NodeConfig\n${printYaml(nodeConfigOf(options))}`;
  return { ok: true, text: printMime([...own.parts, { headers: { "Content-Type": nodeConfig }, content: generated }]) };
}

function nodeadmParts(
  custom: string,
  codecs: TextCodecs,
): { readonly parts: readonly MimePart[] } | { readonly reason: string } {
  if (custom === "") return { parts: [] };
  if (!isMime(custom)) {
    return {
      parts: [{ headers: { "Content-Type": isYamlMap(custom, codecs) ? nodeConfig : shell }, content: custom }],
    };
  }
  const parsed = parseMime(custom);
  if (parsed.ok) {
    // Only the content type of a part survives.
    return {
      parts: parsed.parts.map(({ headers, content }) => ({
        headers: { "Content-Type": headers["Content-Type"] ?? "" },
        content,
      })),
    };
  }
  if (parsed.reason === "not multipart") return { reason: "archive is not in multipart format, %!w(<nil>)" };
  if (parsed.where === "headers") return { reason: `archive doesn't have Content-Type header, ${parsed.reason}` };
  return { reason: `parsing content, ${parsed.content ?? ""}, ${parsed.reason}` };
}

// A script of comments alone is an empty document, which counts as a map.
function isYamlMap(text: string, codecs: TextCodecs): boolean {
  try {
    const value = codecs.parseYaml(text);
    return value === null || value === undefined || (typeof value === "object" && !Array.isArray(value));
  } catch {
    return false;
  }
}

function typedKubelet(kubelet: ResolvedKubelet): Readonly<Record<string, Yaml | undefined>> {
  const filled = <T extends object>(map: T | undefined): T | undefined =>
    map === undefined || Object.keys(map).length === 0 ? undefined : map;
  const graces = filled(kubelet.evictionSoftGracePeriod);
  return {
    clusterDNS: filled(kubelet.clusterDNS),
    maxPods: kubelet.maxPods,
    podsPerCore: kubelet.podsPerCore,
    systemReserved: filled(kubelet.systemReserved),
    kubeReserved: filled(kubelet.kubeReserved),
    evictionHard: filled(kubelet.evictionHard),
    evictionSoft: filled(kubelet.evictionSoft),
    evictionSoftGracePeriod:
      graces === undefined
        ? undefined
        : Object.fromEntries(Object.entries(graces).map(([key, value]) => [key, durationText(value)])),
    evictionMaxPodGracePeriod: kubelet.evictionMaxPodGracePeriod,
    imageGCHighThresholdPercent: kubelet.imageGCHighThresholdPercent,
    imageGCLowThresholdPercent: kubelet.imageGCLowThresholdPercent,
    cpuCFSQuota: kubelet.cpuCFSQuota,
  };
}

function nodeConfigOf(options: BootstrapOptions): Yaml {
  const flags = labelArg(options.labels);
  return {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    metadata: {},
    spec: {
      cluster: {
        apiServerEndpoint: options.clusterEndpoint,
        certificateAuthority: options.caBundle === "" ? undefined : options.caBundle,
        cidr: options.clusterCidr,
        name: options.clusterName,
      },
      containerd: {},
      instance: { localStorage: options.instanceStorePolicy === "RAID0" ? { strategy: "RAID0" } : {} },
      kubelet: {
        config: {
          ...(options.openKubelet ?? typedKubelet(options.kubelet)),
          registerWithTaints: options.taints.map(({ key, value, effect }) => ({
            key,
            value: value === "" ? undefined : value,
            effect,
          })),
        },
        flags: flags === "" ? undefined : [flags],
      },
    },
  };
}

/** Windows: the EKS bootstrap script in PowerShell, after the user's own lines. */
export function windowsUserData(options: BootstrapOptions): UserData {
  const custom = options.custom ?? "";
  const args = kubeletArgs(options);
  const dns = options.kubelet.clusterDNS?.[0];
  const text = [
    "<powershell>\n",
    custom === "" ? "" : `${custom}\n`,
    '[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"\n',
    `& $EKSBootstrapScriptFile -EKSClusterName '${options.clusterName}' -APIServerEndpoint '${options.clusterEndpoint}'`,
    options.caBundle === undefined ? "" : ` -Base64ClusterCA '${options.caBundle}'`,
    args.length === 0 ? "" : ` -KubeletExtraArgs '${args.join(" ")}'`,
    dns === undefined ? "" : ` -DNSClusterIP '${dns}'`,
    "\n</powershell>",
  ].join("");
  return { ok: true, text };
}
