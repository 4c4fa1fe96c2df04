import { printArchive } from "../../aws/user-data/archive.ts";
import { userDataParts, type UserDataPart } from "../../aws/user-data/parts.ts";
import { unreadReason } from "../../aws/user-data/plain.ts";

/** One part of user data with the kind of program that reads it. */
export interface Piece {
  readonly kind: PieceKind;
  /** Line ends are plain; of an unreadable part why it is so. */
  readonly text: string;
  /** As a part of an archive names it. */
  readonly mediaType: string;
}

/**
 * What a part of user data is written in. `opaque`: cloud-init acts on it, but what it does cannot be read from it (URLs, templates,
 * handlers); `other`: nothing on a node acts on it.
 */
export type PieceKind =
  | "shell"
  | "boothook"
  | "cloud-config"
  | "cloud-config-archive"
  | "nodeadm"
  | "toml"
  | "powershell"
  | "opaque"
  | "other"
  | "unreadable";

const kindByType: Readonly<Record<string, PieceKind>> = {
  "text/x-shellscript": "shell",
  "text/x-shellscript-per-boot": "shell",
  "text/x-shellscript-per-instance": "shell",
  "text/x-shellscript-per-once": "shell",
  "text/cloud-boothook": "boothook",
  "text/cloud-config": "cloud-config",
  "text/cloud-config-archive": "cloud-config-archive",
  "text/cloud-config-jsonp": "opaque",
  "text/jinja2": "opaque",
  "text/part-handler": "opaque",
  "text/x-include-url": "opaque",
  "text/x-include-once-url": "opaque",
  "application/node.eks.aws": "nodeadm",
};

/** Splits user data into its parts, unpacked: those of a MIME archive, or the one that it is. */
export function splitUserData(text: string): readonly Piece[] {
  const parts = userDataParts(text);
  return parts.map((part) => pieceOf(part, parts.length === 1)).filter((piece) => piece.text.trim() !== "");
}

/** Puts parts together again in the form that Karpenter merges with its own. Undefined of no parts. */
export function joinPieces(pieces: readonly Piece[]): string | undefined {
  const [first] = pieces;
  if (first === undefined) return undefined;
  if (pieces.length === 1 && isTakenAlone(first)) return first.text.endsWith("\n") ? first.text : `${first.text}\n`;
  return printArchive(pieces);
}

/** A shell script to be. */
export function shellPiece(text: string): Piece {
  return {
    kind: "shell",
    text: text.startsWith("#!") ? text : `#!/bin/bash\n${text}`,
    mediaType: "text/x-shellscript",
  };
}

/** A NodeConfig to be. */
export function nodeadmPiece(text: string): Piece {
  return { kind: "nodeadm", text, mediaType: "application/node.eks.aws" };
}

/** Bottlerocket settings to be. */
export function tomlPiece(text: string): Piece {
  return { kind: "toml", text, mediaType: "text/plain" };
}

// Karpenter takes text that is no archive for a script, or for a NodeConfig where it is a YAML map: a cloud-config is one.
function isTakenAlone({ kind, mediaType }: Piece): boolean {
  return (kind === "shell" && mediaType === "text/x-shellscript") || ["nodeadm", "toml", "powershell"].includes(kind);
}

/** A part of the given media type; text of none is told by how it begins. */
export function typedPiece(mediaType: string | undefined, text: string): Piece {
  const [part] = mediaType === undefined ? userDataParts(text) : [];
  const known = part ?? {
    mediaType: mediaType ?? "text/plain",
    fileName: undefined,
    content: { ok: true, text, packings: [] },
  };
  return pieceOf(known, false);
}

function pieceOf({ mediaType, content }: UserDataPart, isAlone: boolean): Piece {
  const reason = content.ok ? unreadReason(content.text.trim()) : content.reason;
  if (!content.ok || reason !== undefined) return { kind: "unreadable", text: reason ?? "", mediaType };
  const text = content.text.replaceAll("\r\n", "\n");
  const kind = kindByType[mediaType] ?? untypedKind(text, isAlone);
  // cloud-init passes over blanks before the mark; the kernel that starts the script does not.
  return { kind, text: kind === "shell" ? text.trimStart() : text, mediaType };
}

function untypedKind(text: string, isAlone: boolean): PieceKind {
  if (/<(powershell|script)>/i.test(text)) return "powershell";
  if (!isAlone) return "other";
  // nodeadm reads the whole user data where it is no archive, and of an archive its own parts only.
  if (/^[ \t]*apiVersion:[ \t]*["']?node\.eks\.aws\//m.test(text)) return "nodeadm";
  return /^[ \t]*\[["']?settings["']?[.\]]/m.test(text) || /^settings\.[\w.-]+[ \t]*=/m.test(text) ? "toml" : "other";
}
