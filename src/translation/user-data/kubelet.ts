import type { Json, Taint } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import { printed, isObject, listAt, textAt } from "../../kube/json.ts";
import { parseTaint, takeLabel, takeTaint } from "../labels.ts";
import type { Document } from "../ledger.ts";
import { hasVariable } from "./shell.ts";

const to = (field: string): string => `EC2NodeClass spec.kubelet.${field}`;

/** Kubelet flags that EC2NodeClass.spec.kubelet has a field for. */
const fieldByFlag: Readonly<Record<string, string>> = {
  "max-pods": "maxPods",
  "pods-per-core": "podsPerCore",
  "cluster-dns": "clusterDNS",
  "kube-reserved": "kubeReserved",
  "system-reserved": "systemReserved",
  "eviction-hard": "evictionHard",
  "eviction-soft": "evictionSoft",
  "eviction-soft-grace-period": "evictionSoftGracePeriod",
  "eviction-max-pod-grace-period": "evictionMaxPodGracePeriod",
  "image-gc-high-threshold": "imageGCHighThresholdPercent",
  "image-gc-low-threshold": "imageGCLowThresholdPercent",
  "cpu-cfs-quota": "cpuCFSQuota",
};

/**
 * The fields of a KubeletConfiguration that EC2NodeClass.spec.kubelet has too, under the same names but for the
 * thresholds.
 */
const kubeletFields = new Set(Object.values(fieldByFlag));

/** Whether a kubelet flag has a place in a NodePool or an EC2NodeClass. */
export function hasPlace(flag: string): boolean {
  return fieldByFlag[flag] !== undefined || flag === "node-labels" || flag === "register-with-taints";
}

/**
 * `--a=b --c d` as pairs; a flag without a value is true. What begins with `--` is a value only of those that always
 * take one.
 */
export function parseFlags(
  words: readonly string[],
  takesValue: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([A-Za-z0-9-]+)(?:=([^]*))?$/.exec(words[index] ?? "");
    if (match?.[1] === undefined) continue;
    const next = words[index + 1];
    if (match[2] !== undefined) flags.set(match[1], match[2]);
    else if (next !== undefined && (!next.startsWith("--") || takesValue.has(match[1]))) {
      flags.set(match[1], next);
      index++;
    } else flags.set(match[1], "true");
  }
  return flags;
}

/** One argument that holds many, as systemd and PowerShell take it apart: at blanks outside quotes, quotes taken off. */
export function splitArguments(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g), ([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}

/** Kubelet flags as a tree whose leaves each find a fate: labels become an object, taints a list. */
export function flagTree(flags: ReadonlyMap<string, string>): Record<string, Json> {
  const tree: Record<string, Json> = {};
  for (const [flag, value] of flags) {
    if (flag === "node-labels") tree[flag] = pairs(value, "=");
    else if (flag === "register-with-taints") tree[flag] = value.split(",").filter((taint) => taint.trim() !== "");
    else tree[flag] = value;
  }
  return tree;
}

/** Lifts kubelet flags into labels, taints and spec.kubelet. Returns those that have no place there. */
export function takeKubeletFlags(draft: Draft, document: Document, path: readonly string[]): readonly string[] {
  const tree = document.at(path);
  const left: string[] = [];
  for (const [flag, value] of Object.entries(isObject(tree) ? tree : {})) {
    const at = [...path, flag];
    if (flag === "node-labels") takeLabels(draft, document, at);
    else if (flag === "register-with-taints") takeTaints(draft, document, at);
    else if (hasVariable(printed(value))) document.lost(at, computed);
    else if (fieldByFlag[flag] !== undefined) {
      const field = fieldByFlag[flag];
      draft.kubelet[field] = flagValue(field, printed(value));
      document.kept(at, to(field));
    } else left.push(`--${flag}=${printed(value)}`);
  }
  return left;
}

const computed = {
  why: "its value is computed by the script when the node boots",
  risk: "new nodes start without it",
  fix: "write the value out in the EC2NodeClass or NodePool",
} as const;

/** Lifts the members of a KubeletConfiguration. Returns the rest of it. */
export function takeKubeletConfig(draft: Draft, document: Document, path: readonly string[]): Record<string, Json> {
  const config = document.at(path);
  const rest: Record<string, Json> = {};
  for (const [field, value] of Object.entries(isObject(config) ? config : {})) {
    if (value === undefined) continue;
    if (field === "registerWithTaints") takeConfigTaints(draft, document, [...path, field]);
    else if (!kubeletFields.has(field)) rest[field] = value;
    else {
      draft.kubelet[field] = value;
      document.kept([...path, field], to(field));
    }
  }
  return rest;
}

function takeConfigTaints(draft: Draft, document: Document, path: readonly string[]): void {
  document.empty(path);
  listAt(document.content, ...path).forEach((item, index) => {
    const [key = "", value, effect = ""] = [textAt(item, "key"), textAt(item, "value"), textAt(item, "effect")];
    takeTaint(draft, value === undefined ? { key, effect } : { key, value, effect }, [document, [...path, index]]);
  });
}

function takeLabels(draft: Draft, document: Document, path: readonly string[]): void {
  const labels = document.at(path);
  document.empty(path);
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    const at = [...path, key];
    if (hasVariable(key) || hasVariable(printed(value))) document.lost(at, computed);
    else takeLabel(draft, [key, printed(value)], [document, at]);
  }
}

function takeTaints(draft: Draft, document: Document, path: readonly string[]): void {
  document.empty(path);
  listAt(document.content, ...path).forEach((item, index) => {
    const at = [...path, index];
    const text = printed(item).trim();
    const taint = taintOf(text);
    if (hasVariable(text)) document.lost(at, computed);
    else if (taint === undefined) document.lost(at, { why: "not in the form key=value:Effect", risk: "none" });
    else takeTaint(draft, taint, [document, at]);
  });
}

// Without a value the flag reads `key:Effect`, without an equals sign.
function taintOf(text: string): Taint | undefined {
  const equals = text.indexOf("=");
  if (equals >= 0) return parseTaint(text.slice(0, equals), text.slice(equals + 1));
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : parseTaint(text.slice(0, colon), text.slice(colon));
}

function flagValue(field: string, text: string): Json {
  if (field === "clusterDNS") return text.split(",");
  if (field === "cpuCFSQuota") return text === "true";
  if (field === "kubeReserved" || field === "systemReserved" || field === "evictionSoftGracePeriod")
    return pairs(text, "=");
  if (field === "evictionHard" || field === "evictionSoft") return pairs(text, "<");
  return /^\d+$/.test(text) ? Number(text) : text;
}

function pairs(text: string, separator: string): Record<string, string> {
  const entries = text.split(",").filter((item) => item.trim() !== "");
  return Object.fromEntries(
    entries.map((item) => {
      const at = item.indexOf(separator);
      return at < 0 ? [item.trim(), ""] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
    }),
  );
}
