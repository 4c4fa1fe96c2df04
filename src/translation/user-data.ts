import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import type { Document, Path } from "./ledger.ts";
import { takeBootstrap } from "./user-data/bootstrap.ts";
import { takeBottlerocket } from "./user-data/bottlerocket.ts";
import { nodeConfig, takeNodeConfig } from "./user-data/node-config.ts";
import { joinPieces, splitUserData, type Piece } from "./user-data/pieces.ts";

/** Where user data stands. */
export interface UserDataSource {
  readonly document: Document;
  readonly path: Path;
  /** The whole bootstrap is in it, as in self-managed groups and with custom images; EKS adds its own otherwise. */
  readonly hasBootstrap: boolean;
}

/** The image family that a piece of user data was written for; `Custom` when nothing tells. */
export function guessFamily(userData: string): string {
  const pieces = splitUserData(userData);
  if (pieces.some((piece) => piece.kind === "nodeadm")) return "AL2023";
  if (pieces.some((piece) => piece.kind === "toml")) return "Bottlerocket";
  if (pieces.some((piece) => piece.kind === "powershell")) return "Windows2022";
  return pieces.some((piece) => /\/etc\/eks\/bootstrap\.sh|eksctl\/bootstrap/.test(piece.text)) ? "AL2" : "Custom";
}

/**
 * Takes user data apart: what Karpenter sets itself is lifted into NodePool and EC2NodeClass, the rest stays user
 * data.
 */
export function takeUserData(draft: Draft, facts: Facts, source: UserDataSource): void {
  const { document, path } = source;
  const text = document.at(path);
  if (typeof text !== "string") return;
  const pieces = splitUserData(text);
  if (pieces.length === 0) return document.lost(path, { why: "no user data", risk: "none" });
  if (draft.image?.family === "Custom") {
    draft.userData = text;
    noteRedacted(draft);
    return document.kept(path, "EC2NodeClass spec.userData");
  }
  draft.userData = joinPieces(liftUserData(draft, facts, text));
  noteRedacted(draft);
  const isSame = draft.userData === text || draft.userData === joinPieces(pieces);
  if (isSame) return document.kept(path, "EC2NodeClass spec.userData");
  document.changed(path, {
    to: "EC2NodeClass spec.userData",
    becomes: draft.userData ?? "",
    why: source.hasBootstrap
      ? "Karpenter adds the bootstrap itself; labels, taints and kubelet settings moved to their own fields"
      : "labels, taints and kubelet settings moved to their own fields",
  });
}

// Readers take secrets out of user data; what stands in their place must not reach a node unnoticed.
function noteRedacted(draft: Draft): void {
  const places = (draft.userData ?? "").split("<redacted>").length - 1;
  if (places === 0) return;
  const about = { nodeGroup: draft.nodeGroup.name, places };
  draft.ledger.find(makeFinding(translationFindings, "DV2015", `nodegroup/${draft.nodeGroup.name}`, about));
}

/** The parts of user data that stay once labels, taints, kubelet settings and the bootstrap are lifted out. */
export function liftUserData(draft: Draft, facts: Facts, text: string): readonly Piece[] {
  return mergeNodeConfigs(splitUserData(text).flatMap((piece) => lift(draft, facts, piece)));
}

// Text that its own program could not read either stays as it is.
function lift(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  try {
    return lifted(draft, facts, piece);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    const about = { nodeGroup: draft.nodeGroup.name, format: piece.kind, message };
    draft.ledger.find(makeFinding(translationFindings, "DV2014", `nodegroup/${draft.nodeGroup.name}`, about));
    return [piece];
  }
}

function lifted(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  const { codecs } = facts.input;
  switch (piece.kind) {
    case "nodeadm":
      return one(takeNodeConfig(draft, piece, codecs));
    case "toml":
      return one(takeBottlerocket(draft, piece, codecs));
    case "powershell":
      return one(withoutWindowsBootstrap(piece));
    case "shell":
    case "other":
      return liftShell(draft, facts, piece);
    case "cloud-config":
      return [piece];
  }
}

function liftShell(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  const rest = takeBootstrap(draft, piece);
  if (rest === undefined) return [piece];
  const kept: Piece[] = rest.script === "" ? [] : [{ kind: "shell", text: shebanged(rest.script) }];
  if (draft.image?.family === "AL2023" && rest.kubeletFlags.length > 0) {
    const config = nodeConfig({ kubelet: { flags: [...rest.kubeletFlags] } });
    kept.push({ kind: "nodeadm", text: facts.input.codecs.printYaml(config) });
  }
  return kept;
}

// Karpenter appends its own call of the bootstrap script.
function withoutWindowsBootstrap(piece: Piece): Piece | undefined {
  const lines = piece.text.split("\n").filter((line) => !/Start-EKSBootstrap\.ps1|EKSBootstrapScriptFile/.test(line));
  const inner = lines.filter((line) => !/^(<\/?powershell>|#.*|\[string\].*)?$/i.test(line.trim()));
  return inner.length === 0 ? undefined : { kind: "powershell", text: lines.join("\n") };
}

// nodeadm reads one NodeConfig per part and merges them; keep them last, as the bootstrap is.
function mergeNodeConfigs(pieces: readonly Piece[]): readonly Piece[] {
  return [...pieces.filter((piece) => piece.kind !== "nodeadm"), ...pieces.filter((piece) => piece.kind === "nodeadm")];
}

function shebanged(script: string): string {
  return script.startsWith("#!") ? script : `#!/bin/bash\n${script}`;
}

function one(piece: Piece | undefined): readonly Piece[] {
  return piece === undefined ? [] : [piece];
}
