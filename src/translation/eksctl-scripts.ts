import type { Json } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { numberAt, objectAt, textAt, textsAt } from "../kube/json.ts";
import type { Document } from "./ledger.ts";
import { liftPieces } from "./user-data.ts";
import { takeKubeletConfig } from "./user-data/kubelet.ts";
import { nodeConfig } from "./user-data/node-config.ts";
import { joinPieces, nodeadmPiece, type Piece, shellPiece, splitUserData, tomlPiece } from "./user-data/pieces.ts";

/** What an eksctl node group runs at boot, and its kubelet and Bottlerocket settings. */
export function takeEksctlScripts(draft: Draft, facts: Facts, document: Document): void {
  const { content } = document;
  const pieces: Piece[] = [];
  const commands = textsAt(content, "preBootstrapCommands");
  if (commands.length > 0)
    pieces.push(...liftPieces(draft, facts, [shellPiece(`#!/bin/bash\nset -o errexit\n${commands.join("\n")}\n`)]));
  document.kept("preBootstrapCommands", "EC2NodeClass spec.userData");
  const override = textAt(content, "overrideBootstrapCommand");
  if (override !== undefined) pieces.push(...liftPieces(draft, facts, overridePieces(override)));
  document.changed("overrideBootstrapCommand", {
    to: "EC2NodeClass spec.userData",
    becomes: override ?? "",
    why: "Karpenter adds the bootstrap itself; what else the command did stays",
  });
  takeKubelet(draft, facts, document, pieces);
  const settings = objectAt(content, "bottlerocket", "settings");
  if (Object.keys(settings).length > 0) {
    pieces.push(...liftPieces(draft, facts, [tomlPiece(facts.input.codecs.printToml({ settings }))]));
  }
  document.kept("bottlerocket.settings", "EC2NodeClass spec.userData");
  takeAdminContainer(document, pieces);
  draft.userData = joinPieces(pieces);
}

// eksctl runs it as a script whatever it begins with; for Amazon Linux 2023 it may be a NodeConfig.
function overridePieces(override: string): readonly Piece[] {
  const pieces = splitUserData(override);
  return pieces.length === 1 && pieces[0]?.kind === "other" ? [shellPiece(override)] : pieces;
}

function takeKubelet(draft: Draft, facts: Facts, document: Document, pieces: Piece[]): void {
  const maxPods = numberAt(document.content, "maxPodsPerNode");
  if (maxPods !== undefined) draft.kubelet["maxPods"] = maxPods;
  document.kept("maxPodsPerNode", "EC2NodeClass spec.kubelet.maxPods");
  const dns = textAt(document.content, "clusterDNS");
  if (dns !== undefined) draft.kubelet["clusterDNS"] = [dns];
  document.kept("clusterDNS", "EC2NodeClass spec.kubelet.clusterDNS");
  const rest: Record<string, Json> = takeKubeletConfig(draft, document, ["kubeletExtraConfig"]);
  const isRead = draft.image?.family === "AL2023";
  for (const field of Object.keys(rest)) {
    if (isRead) document.kept(["kubeletExtraConfig", field], "EC2NodeClass spec.userData: NodeConfig");
    else {
      document.lost(["kubeletExtraConfig", field], {
        why: "spec.kubelet has no field for it, and Karpenter passes no other settings to the kubelet of this image",
        risk: "new nodes run the kubelet without it",
        fix: "move to Amazon Linux 2023 with --ami-alias al2023@latest",
      });
    }
  }
  if (isRead && Object.keys(rest).length > 0) {
    pieces.push(nodeadmPiece(facts.input.codecs.printYaml(nodeConfig({ kubelet: { config: rest } }))));
  }
}

function takeAdminContainer(document: Document, pieces: Piece[]): void {
  const isOn = document.at("bottlerocket.enableAdminContainer");
  document.kept("bottlerocket.enableAdminContainer", "EC2NodeClass spec.userData");
  if (isOn !== true) return;
  const toml = pieces.findIndex((piece) => piece.kind === "toml");
  const text = "[settings.host-containers.admin]\nenabled = true\n";
  const old = pieces[toml];
  if (old === undefined) pieces.push(tomlPiece(text));
  else pieces[toml] = tomlPiece(`${old.text.trimEnd()}\n\n${text}`);
}
