import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Codecs } from "../input.ts";
import { printed, isObject, listAt, objectAt, textAt } from "../../kube/json.ts";
import { leaves, type Document } from "../ledger.ts";
import { familyTitle } from "./image-paths.ts";
import { flagTree, parseFlags, splitArguments, takeKubeletConfig, takeKubeletFlags } from "./kubelet.ts";
import { nodeadmPiece, type Piece } from "./pieces.ts";

/**
 * Lifts what Karpenter sets itself out of nodeadm's NodeConfig (Amazon Linux 2023) and returns what stays, if anything. Undefined when
 * nothing stays.
 */
export function takeNodeConfig(draft: Draft, piece: Piece, codecs: Codecs): Piece | undefined {
  const [text = "", ...further] = documentsOf(piece.text);
  const config = codecs.parseYaml(text);
  if (!isObject(config)) return piece;
  const spec = objectAt(config, "spec");
  const flags = parseFlags(listAt(spec, "kubelet", "flags").flatMap((flag) => splitArguments(printed(flag))));
  const content = { ...spec, kubelet: { ...objectAt(spec, "kubelet"), flags: flagTree(flags) } };
  const document = draft.ledger.open("userData", content);
  document.empty(["kubelet", "flags"], ["kubelet", "config"]);
  document.kept("cluster", "Karpenter's own bootstrap does this");
  loseDocuments(draft, further);

  const restFlags = takeKubeletFlags(draft, document, ["kubelet", "flags"]);
  const restConfig = takeKubeletConfig(draft, document, ["kubelet", "config"]);
  const { cluster: _, ...settings } = spec;
  const rest: Record<string, Json | undefined> = { ...settings };
  rest["kubelet"] = kubeletRest(restConfig, restFlags, withoutExpression(draft, document, objectAt(spec, "kubelet")));
  rest["instance"] = instanceRest(draft, objectAt(spec, "instance"));
  if (textAt(spec, "instance", "localStorage", "strategy") === "RAID0") {
    document.kept("instance.localStorage.strategy", "EC2NodeClass spec.instanceStorePolicy");
  }
  const { family = "Custom" } = draft.image ?? {};
  if (family !== "AL2023" && family !== "Custom") {
    loseRest(document, family);
    return undefined;
  }
  for (const flag of restFlags) {
    document.kept(["kubelet", "flags", flag.slice(2, flag.indexOf("="))], "EC2NodeClass spec.userData: NodeConfig");
  }
  keepRest(document, rest);
  for (const [key, value] of Object.entries(rest))
    if (isObject(value) && Object.keys(value).length === 0) delete rest[key];
  if (Object.keys(rest).length === 0) return undefined;
  return nodeadmPiece(codecs.printYaml(nodeConfig(rest)));
}

// nodeadm decodes one document of each part, the first that is none of blanks and comments.
function documentsOf(text: string): readonly string[] {
  return text.split(/^---(?:\s.*)?$/m).filter((one) => one.replaceAll(/^[ \t]*#.*$/gm, "").trim() !== "");
}

function loseDocuments(draft: Draft, further: readonly string[]): void {
  if (further.length === 0) return;
  const content = Object.fromEntries(further.map((text, index) => [`document ${index + 2}`, text]));
  const document = draft.ledger.open("userData", content);
  for (const name of Object.keys(content)) {
    document.lost([name], {
      why: "nodeadm reads the first document of a part only: it has no effect today either",
      risk: "the settings that it means are missing, as they are today",
      fix: "write its settings into the first document, or into a part of their own",
      severity: "warning",
    });
  }
}

/** nodeadm goes by a number before it goes by an expression, and Karpenter writes a number into every node's NodeConfig. */
function withoutExpression(draft: Draft, document: Document, kubelet: JsonObject): JsonObject {
  if (draft.image?.family === "Custom") return kubelet;
  const { maxPodsExpression: _, ...others } = kubelet;
  document.lost("kubelet.maxPodsExpression", {
    why: "Karpenter writes maxPods into every node's NodeConfig, and nodeadm takes that before the expression",
    risk: "new nodes hold as many pods as Karpenter counts by their network interfaces",
    fix:
      "set kubelet.maxPods where the pool has one instance size; where the expression leaves an interface out " +
      '(custom networking), install with settings.reservedENIs: "1"',
    severity: "warning",
  });
  return others;
}

function loseRest(document: Document, family: string): void {
  for (const [key, value] of Object.entries(document.content)) {
    const loss = {
      why: `${familyTitle(family)} has no nodeadm to read it`,
      risk: "new nodes start without it",
      fix: "keep the node group on Amazon Linux 2023, or write the setting in the form that the new image reads",
      severity: "warning",
    } as const;
    if (key !== "kubelet" && key !== "instance") document.lost([key], loss);
    else for (const path of leaves(value, [key])) document.lost(path, loss);
  }
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

function keepRest(document: Document, rest: JsonObject): void {
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
