import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { readableUserData } from "../aws/user-data/plain.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import type { Document, Loss, Path } from "./ledger.ts";
import { takeBottlerocket } from "./user-data/bottlerocket.ts";
import { splitCloudArchive, takeCloudConfig } from "./user-data/cloud-config.ts";
import { familyTitle } from "./user-data/image-paths.ts";
import { takeNodeConfig } from "./user-data/node-config.ts";
import { joinPieces, type Piece, type PieceKind, splitUserData, typedPiece } from "./user-data/pieces.ts";
import { takeScript } from "./user-data/script.ts";
import { takeWindows } from "./user-data/windows.ts";

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
  const lifted = liftPieces(draft, facts, pieces);
  // An image of one's own gets its user data as it is: its programs are not known.
  const isCustom = draft.image?.family === "Custom" && pieces.every((piece) => piece.kind !== "unreadable");
  draft.userData = isCustom ? readableUserData(text) : joinPieces(lifted);
  noteRedacted(draft);
  const { userData } = draft;
  if (userData === text || (userData !== undefined && userData === joinPieces(pieces))) {
    return document.kept(path, "EC2NodeClass spec.userData");
  }
  if (userData === undefined) return loseUserData(source, pieces);
  document.changed(path, { to: "EC2NodeClass spec.userData", becomes: userData, why: reasonOf(source, pieces) });
}

function loseUserData({ document, path, hasBootstrap }: UserDataSource, pieces: readonly Piece[]): void {
  if (pieces.some((piece) => piece.kind === "unreadable")) {
    return document.lost(path, { why: "it cannot be read", risk: "new nodes start without it" });
  }
  document.changed(path, { to: "EC2NodeClass spec.userData", becomes: "", why: reasonOf({ hasBootstrap }, pieces) });
}

function reasonOf({ hasBootstrap }: Pick<UserDataSource, "hasBootstrap">, pieces: readonly Piece[]): string {
  const isUnread = pieces.some((piece) => piece.kind === "unreadable");
  return [
    hasBootstrap ? "Karpenter adds the bootstrap itself" : undefined,
    "what has a field of its own moved there, each part has its line here",
    isUnread ? "a part that cannot be read is missing" : undefined,
  ]
    .filter((one) => one !== undefined)
    .join("; ");
}

// Readers take secrets out of user data; what stands in their place must not reach a node unnoticed.
function noteRedacted(draft: Draft): void {
  const places = (draft.userData ?? "").split("<redacted>").length - 1;
  if (places === 0) return;
  const about = { nodeGroup: draft.nodeGroup.name, places };
  draft.ledger.find(makeFinding(translationFindings, "DV2015", `nodegroup/${draft.nodeGroup.name}`, about));
}

/** What stays of the parts of user data once labels, taints, kubelet settings and the bootstrap are lifted out. */
export function liftPieces(draft: Draft, facts: Facts, pieces: readonly Piece[]): readonly Piece[] {
  const all = pieces.flatMap((piece) =>
    piece.kind === "cloud-config-archive" ? unfolded(draft, facts, piece) : [piece],
  );
  const left = all.flatMap((piece) => lift(draft, facts, piece));
  return nodeConfigsLast(left.filter((piece) => isRunOn(draft, piece)));
}

// Text that its own program could not read either stays as it is.
function lift(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  try {
    return lifted(draft, facts, piece);
  } catch (error) {
    noteMalformed(draft, piece, error);
    return [piece];
  }
}

function noteMalformed(draft: Draft, piece: Piece, error: unknown): void {
  const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  const about = { nodeGroup: draft.nodeGroup.name, format: piece.kind, message };
  // Karpenter itself refuses Bottlerocket settings that are no TOML, and without a NodeConfig no node joins.
  const extra = piece.kind === "toml" || piece.kind === "nodeadm" ? ({ severity: "error" } as const) : {};
  draft.ledger.find(makeFinding(translationFindings, "DV2014", `nodegroup/${draft.nodeGroup.name}`, about, extra));
}

function lifted(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  const { codecs } = facts.input;
  switch (piece.kind) {
    case "nodeadm":
      return one(takeNodeConfig(draft, piece, codecs));
    case "toml":
      return one(takeBottlerocket(draft, facts, piece));
    case "powershell":
      return takeWindows(draft, facts, piece);
    case "shell":
    case "boothook":
      return takeScript(draft, facts, piece);
    case "cloud-config":
      return takeCloudConfig(draft, facts, piece);
    case "unreadable":
      noteUnreadable(draft, piece);
      return [];
    case "opaque":
      noteOpaque(draft, piece);
      return [piece];
    case "cloud-config-archive":
    case "other":
      return [piece];
  }
}

function unfolded(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  try {
    return splitCloudArchive(piece, facts).map(({ mediaType, text }) => typedPiece(mediaType, text));
  } catch (error) {
    noteMalformed(draft, piece, error);
    return [piece];
  }
}

function noteUnreadable(draft: Draft, piece: Piece): void {
  const about = { nodeGroup: draft.nodeGroup.name, mediaType: piece.mediaType, reason: piece.text };
  draft.ledger.find(makeFinding(translationFindings, "DV2032", `nodegroup/${draft.nodeGroup.name}`, about));
}

function noteOpaque(draft: Draft, piece: Piece): void {
  const about = { nodeGroup: draft.nodeGroup.name, mediaType: piece.mediaType };
  draft.ledger.find(makeFinding(translationFindings, "DV2036", `nodegroup/${draft.nodeGroup.name}`, about));
}

const cloudInit: readonly PieceKind[] = ["shell", "boothook", "cloud-config", "cloud-config-archive", "opaque"];

/** What programs on images of a family read; images of one's own may read anything. */
const readBy: Readonly<Record<string, readonly PieceKind[]>> = {
  AL2: cloudInit,
  AL2023: [...cloudInit, "nodeadm"],
  Bottlerocket: ["toml"],
  Windows2019: ["powershell"],
  Windows2022: ["powershell"],
  Windows2025: ["powershell"],
};

/** Whether something on the new nodes reads the part; one that nothing reads is booked as lost. */
function isRunOn(draft: Draft, piece: Piece): boolean {
  const target = draft.image?.family ?? "Custom";
  const readers = readBy[target];
  if (readers === undefined || readers.includes(piece.kind)) return true;
  const today = draft.familyToday ?? target;
  const isReadToday = readBy[today]?.includes(piece.kind) ?? true;
  const part = piece.kind === "other" ? piece.mediaType : piece.kind;
  draft.ledger.open("userData", { [part]: piece.text }).lost([part], isReadToday ? unread(target, part) : idle(target));
  return false;
}

function unread(target: string, part: string): Loss {
  return {
    why: `nothing on ${familyTitle(target)} reads user data of this kind (${part})`,
    risk: "new nodes start without it",
    fix: "do the same in a form that the new image reads, or keep the group's image",
    severity: "error",
  };
}

function idle(target: string): Loss {
  return {
    why: `nothing on ${familyTitle(target)} reads user data of this kind: it has no effect today either`,
    risk: "what it means to do is not done, as it is today",
    fix: "begin a script with #!, or give the part the content type of what it is",
    severity: "warning",
  };
}

// nodeadm merges its parts in their order; Karpenter's own comes last.
function nodeConfigsLast(pieces: readonly Piece[]): readonly Piece[] {
  return [...pieces.filter((piece) => piece.kind !== "nodeadm"), ...pieces.filter((piece) => piece.kind === "nodeadm")];
}

function one(piece: Piece | undefined): readonly Piece[] {
  return piece === undefined ? [] : [piece];
}
