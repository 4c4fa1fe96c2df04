/** One part of user data with the kind of program that reads it. */
export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

/** What a part of user data is written in. */
type PieceKind = "shell" | "cloud-config" | "nodeadm" | "toml" | "powershell" | "other";

const contentTypes: Readonly<Record<PieceKind, string>> = {
  shell: "text/x-shellscript",
  "cloud-config": "text/cloud-config",
  nodeadm: "application/node.eks.aws",
  toml: "text/plain",
  powershell: "text/plain",
  other: "text/plain",
};

/** Splits user data into its parts: those of a MIME archive, or the one that it is. */
export function splitUserData(text: string): readonly Piece[] {
  const plain = decoded(text).replaceAll("\r\n", "\n");
  if (plain.trim() === "") return [];
  const boundary = /^Content-Type:\s*multipart\/mixed;[^]*?boundary="?([^"\n;]+)"?/im.exec(plain)?.[1];
  if (boundary === undefined) return [piece(plain)];
  return plain
    .split(`--${boundary}`)
    .slice(1)
    .filter((section) => !section.startsWith("--"))
    .flatMap((section) => {
      const gap = /\n\s*\n/.exec(section);
      const header = gap === null ? "" : section.slice(0, gap.index);
      const body = gap === null ? section.trim() : section.slice(gap.index + gap[0].length).trimEnd();
      return body === "" ? [] : [piece(body, /Content-Type:\s*([^\s;]+)/i.exec(header)?.[1])];
    });
}

/** Puts parts together again in the form that Karpenter merges with its own. */
export function joinPieces(pieces: readonly Piece[]): string | undefined {
  const [first] = pieces;
  if (first === undefined) return undefined;
  const isPlain = first.kind !== "cloud-config" && first.kind !== "other";
  if (pieces.length === 1 && isPlain) return ended(first.text);
  const sections = pieces.map(
    (item) => `--DOVETAIL\nContent-Type: ${contentTypes[item.kind]}; charset="us-ascii"\n\n${ended(item.text)}\n`,
  );
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="DOVETAIL"\n\n${sections.join("")}--DOVETAIL--\n`;
}

function piece(text: string, contentType?: string): Piece {
  return { kind: kindOf(text, contentType), text };
}

function kindOf(text: string, contentType: string | undefined): PieceKind {
  if (contentType === "application/node.eks.aws" || /^[ \t]*apiVersion:[ \t]*node\.eks\.aws\//m.test(text))
    return "nodeadm";
  if (contentType === "text/cloud-config" || text.startsWith("#cloud-config")) return "cloud-config";
  if (contentType === "text/x-shellscript" || text.startsWith("#!")) return "shell";
  if (/<powershell>/i.test(text)) return "powershell";
  if (/^[ \t]*\[settings[.\]]/m.test(text)) return "toml";
  return "other";
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

// Launch configurations and some tools hand user data over in base64.
function decoded(text: string): string {
  const packed = text.replace(/\s+/g, "");
  if (packed.length < 16 || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return text;
  try {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const plain = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // oxlint-disable-next-line no-control-regex
    return /[\u0000-\u0008]/.test(plain) ? text : plain;
  } catch {
    return text;
  }
}
