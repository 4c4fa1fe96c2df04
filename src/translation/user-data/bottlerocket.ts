import type { Json } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Facts } from "../facts.ts";
import { isObject, objectAt, printed, isList } from "../../kube/json.ts";
import { parseTaint, takeLabel, takeTaint } from "../labels.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import { bottlerocketKeys } from "../../karpenter/aws/user-data/bottlerocket.ts";
import type { Document, Loss } from "../ledger.ts";
import { tomlPiece, type Piece } from "./pieces.ts";

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

/** Lifts Kubernetes settings out of Bottlerocket's TOML and returns the rest, if anything. Undefined when nothing stays. */
export function takeBottlerocket(draft: Draft, { input, options }: Facts, piece: Piece): Piece | undefined {
  const { codecs } = input;
  const carriedKeys = new Set(bottlerocketKeys((options.release ?? defaultRelease).behaviour));
  const toml = codecs.parseToml(piece.text);
  const document = draft.ledger.open("userData", toml);
  const isCustom = draft.image?.family === "Custom";
  const rest: Record<string, Json> = {};
  for (const [key, value] of Object.entries(objectAt(toml, ...kubernetes))) {
    const path = [...kubernetes, key];
    if (automatic.has(key)) document.kept(path, "Karpenter's own bootstrap does this");
    else if (key === "node-labels") takeLabels(draft, document, path);
    else if (key === "node-taints") takeTaints(draft, document, path);
    else if (key === "cluster-dns-ip") {
      draft.kubelet["clusterDNS"] = isList(value) ? value : [value ?? ""];
      document.kept(path, "EC2NodeClass spec.kubelet.clusterDNS");
    } else if (fieldByKey[key] !== undefined && value !== undefined) {
      draft.kubelet[fieldByKey[key]] = numeric(value);
      document.kept(path, `EC2NodeClass spec.kubelet.${fieldByKey[key]}`);
    } else if (value !== undefined && (isCustom || carriedKeys.has(key))) {
      rest[key] = value;
      document.kept(path, "EC2NodeClass spec.userData");
    } else document.lost(path, dropped(`settings.kubernetes.${key}`));
  }
  document.empty("settings", kubernetes);
  const { kubernetes: _, ...others } = objectAt(toml, "settings");
  for (const key of Object.keys(others)) document.kept(["settings", key], "EC2NodeClass spec.userData");
  const { settings: __, ...beside } = toml;
  for (const key of Object.keys(beside)) {
    if (isCustom) document.kept([key], "EC2NodeClass spec.userData");
    else document.lost([key], dropped(key));
  }
  const settings = Object.keys(rest).length === 0 ? others : { ...others, kubernetes: rest };
  return Object.keys(settings).length === 0 ? undefined : tomlPiece(codecs.printToml({ settings }));
}

/** Karpenter prints the settings anew and passes on those that it knows. */
function dropped(name: string): Loss {
  return {
    why: `Karpenter writes Bottlerocket's settings anew and leaves ${name} out`,
    risk: "new nodes start without it",
    fix: "set it from a bootstrap container, or do without",
    severity: "warning",
  };
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
    const texts = isList(value) ? value : [value ?? ""];
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
