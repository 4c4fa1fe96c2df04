import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Codecs } from "../input.ts";
import { isObject, listAt, objectAt, printed, textAt } from "../../kube/json.ts";
import { flagTree, parseFlags, takeKubeletConfig, takeKubeletFlags } from "./kubelet.ts";
import type { Piece } from "./pieces.ts";

/**
 * Lifts what Karpenter sets itself out of nodeadm's NodeConfig (Amazon Linux 2023) and returns what stays, if
 * anything.
 */
export function takeNodeConfig(draft: Draft, piece: Piece, codecs: Codecs): Piece | undefined {
  const config = codecs.parseYaml(piece.text);
  if (!isObject(config)) return piece;
  const spec = objectAt(config, "spec");
  const flags = parseFlags(listAt(spec, "kubelet", "flags").flatMap((flag) => printed(flag).split(/\s+/)));
  const content = { ...spec, kubelet: { ...objectAt(spec, "kubelet"), flags: flagTree(flags) } };
  const document = draft.ledger.open("userData", content);
  document.empty(["kubelet", "flags"], ["kubelet", "config"]);
  document.kept("cluster", "Karpenter's own bootstrap does this");

  const restFlags = takeKubeletFlags(draft, document, ["kubelet", "flags"]);
  const restConfig = takeKubeletConfig(draft, document, ["kubelet", "config"]);
  const { cluster: _, ...settings } = spec;
  const rest: Record<string, Json | undefined> = { ...settings };
  rest["kubelet"] = kubeletRest(restConfig, restFlags, objectAt(spec, "kubelet"));
  rest["instance"] = instanceRest(draft, objectAt(spec, "instance"));
  if (textAt(spec, "instance", "localStorage", "strategy") === "RAID0") {
    document.kept("instance.localStorage.strategy", "EC2NodeClass spec.instanceStorePolicy");
  }
  for (const flag of restFlags) {
    document.kept(["kubelet", "flags", flag.slice(2, flag.indexOf("="))], "EC2NodeClass spec.userData: NodeConfig");
  }
  keepRest(document, rest);
  for (const [key, value] of Object.entries(rest))
    if (isObject(value) && Object.keys(value).length === 0) delete rest[key];
  if (Object.keys(rest).length === 0) return undefined;
  return { kind: "nodeadm", text: codecs.printYaml(nodeConfig(rest)) };
}

/** A NodeConfig with this spec. */
export function nodeConfig(spec: JsonObject): JsonObject {
  return { apiVersion: "node.eks.aws/v1alpha1", kind: "NodeConfig", spec };
}

function kubeletRest(config: JsonObject, flags: readonly string[], kubelet: JsonObject): JsonObject {
  const { config: _, flags: __, ...others } = kubelet;
  return {
    ...others,
    ...(Object.keys(config).length === 0 ? {} : { config }),
    ...(flags.length === 0 ? {} : { flags: [...flags] }),
  };
}

function instanceRest(draft: Draft, instance: JsonObject): JsonObject {
  if (textAt(instance, "localStorage", "strategy") !== "RAID0") return instance;
  draft.nodeClass["instanceStorePolicy"] = "RAID0";
  const { strategy: _, ...storage } = objectAt(instance, "localStorage");
  const { localStorage: __, ...others } = instance;
  return Object.keys(storage).length === 0 ? others : { ...others, localStorage: storage };
}

function keepRest(document: ReturnType<Draft["ledger"]["open"]>, rest: JsonObject): void {
  const to = "EC2NodeClass spec.userData: NodeConfig";
  for (const [key, value] of Object.entries(rest)) {
    if (key === "kubelet") {
      for (const field of Object.keys(objectAt(value, "config"))) document.kept(["kubelet", "config", field], to);
      for (const field of Object.keys(objectAt(value))) {
        if (field !== "config" && field !== "flags") document.kept(["kubelet", field], to);
      }
    } else if (key === "instance") {
      for (const field of Object.keys(objectAt(value))) {
        if (field !== "localStorage") document.kept(["instance", field], to);
        else for (const inner of Object.keys(objectAt(value, field))) document.kept(["instance", field, inner], to);
      }
    } else document.kept([key], to);
  }
}
