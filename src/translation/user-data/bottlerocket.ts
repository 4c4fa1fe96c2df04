import type { Json } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Codecs } from "../input.ts";
import { isObject, objectAt, printed } from "../../kube/json.ts";
import { parseTaint, takeLabel, takeTaint } from "../labels.ts";
import type { Document } from "../ledger.ts";
import type { Piece } from "./pieces.ts";

const kubernetes = ["settings", "kubernetes"];

/** `[settings.kubernetes]` keys with a field in EC2NodeClass.spec.kubelet. */
const fieldByKey: Readonly<Record<string, string>> = {
  "max-pods": "maxPods",
  "kube-reserved": "kubeReserved",
  "system-reserved": "systemReserved",
  "eviction-hard": "evictionHard",
  "eviction-soft": "evictionSoft",
  "eviction-soft-grace-period": "evictionSoftGracePeriod",
  "eviction-max-pod-grace-period": "evictionMaxPodGracePeriod",
  "image-gc-high-threshold-percent": "imageGCHighThresholdPercent",
  "image-gc-low-threshold-percent": "imageGCLowThresholdPercent",
  "cpu-cfs-quota-enforced": "cpuCFSQuota",
};

const automatic = new Set(["api-server", "cluster-certificate", "cluster-name"]);

/** Lifts Kubernetes settings out of Bottlerocket's TOML and returns the rest, if anything. */
export function takeBottlerocket(draft: Draft, piece: Piece, codecs: Codecs): Piece | undefined {
  const toml = codecs.parseToml(piece.text);
  const document = draft.ledger.open("userData", toml);
  const rest: Record<string, Json> = {};
  for (const [key, value] of Object.entries(objectAt(toml, ...kubernetes))) {
    const path = [...kubernetes, key];
    if (automatic.has(key)) document.kept(path, "Karpenter's own bootstrap does this");
    else if (key === "node-labels") takeLabels(draft, document, path);
    else if (key === "node-taints") takeTaints(draft, document, path);
    else if (key === "cluster-dns-ip") {
      draft.kubelet["clusterDNS"] = Array.isArray(value) ? (value as readonly Json[]) : [value ?? ""];
      document.kept(path, "EC2NodeClass spec.kubelet.clusterDNS");
    } else if (fieldByKey[key] !== undefined && value !== undefined) {
      draft.kubelet[fieldByKey[key]] = numeric(value);
      document.kept(path, `EC2NodeClass spec.kubelet.${fieldByKey[key]}`);
    } else if (value !== undefined) rest[key] = value;
  }
  document.empty("settings", kubernetes);
  const { kubernetes: _, ...others } = objectAt(toml, "settings");
  const settings = Object.keys(rest).length === 0 ? others : { ...others, kubernetes: rest };
  for (const key of Object.keys(rest)) document.kept([...kubernetes, key], "EC2NodeClass spec.userData");
  for (const key of Object.keys(others)) document.kept(["settings", key], "EC2NodeClass spec.userData");
  const { settings: __, ...beside } = toml;
  for (const key of Object.keys(beside)) document.kept([key], "EC2NodeClass spec.userData");
  const left = Object.keys(settings).length === 0 ? beside : { ...beside, settings };
  if (Object.keys(left).length === 0) return undefined;
  return { kind: "toml", text: codecs.printToml(left) };
}

function takeLabels(draft: Draft, document: Document, path: readonly string[]): void {
  document.empty(path);
  for (const [key, value] of Object.entries(objectAt(document.at(path)))) {
    takeLabel(draft, [key, printed(value)], [document, [...path, key]]);
  }
}

// Bottlerocket writes `key = "value:Effect"`, newer also `key = ["value:Effect"]`.
function takeTaints(draft: Draft, document: Document, path: readonly string[]): void {
  document.empty(path);
  for (const [key, value] of Object.entries(objectAt(document.at(path)))) {
    const texts = Array.isArray(value) ? (value as readonly Json[]) : [value ?? ""];
    texts.forEach((text, index) => {
      const at = Array.isArray(value) ? [...path, key, index] : [...path, key];
      const taint = parseTaint(key, printed(text));
      if (taint !== undefined) takeTaint(draft, taint, [document, at]);
      else document.lost(at, { why: "not in the form value:Effect", risk: "none" });
    });
  }
}

function numeric(value: Json): Json {
  if (isObject(value)) return value;
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
}
