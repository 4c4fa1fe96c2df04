import { fromBase64, type Packing, textOfBytes, type Unpacked } from "./unpack.ts";

/** One part of a MIME archive, as cloud-init and nodeadm take it out. */
export interface ArchivePart {
  /** In lower case and without parameters; `text/plain` where the part names none (RFC 2045). */
  readonly mediaType: string;
  readonly fileName: string | undefined;
  readonly content: Unpacked;
}

/** More parts or deeper nesting than this is no archive that a person made; what lies beyond is one unreadable part. */
const maxParts = 200;
const maxDepth = 8;

/**
 * The parts of a MIME archive in their order, those of archives inside it among them; undefined when the text is none.
 *
 * Reads as Python's `email` does for cloud-init: folded headers, parts in base64 and quoted-printable, an end that is missing.
 */
export function readArchive(text: string): readonly ArchivePart[] | undefined {
  const plain = text.replaceAll("\r\n", "\n").trimStart();
  const { headers, body } = splitHeaders(plain);
  if (headers.get("content-type") === undefined && headers.get("mime-version") === undefined) return undefined;
  const type = mediaTypeOf(headers.get("content-type"));
  if (!type.name.startsWith("multipart/")) return [partOf(headers, body)];
  return partsOf(body, type.parameters.get("boundary"), 0).slice(0, maxParts + 1);
}

/** The same archive with every part as plain text, for readers that keep no encodings. Parts end in a line end. */
export function printArchive(
  parts: readonly { readonly mediaType: string; readonly text: string; readonly fileName?: string | undefined }[],
): string {
  const mark = boundaryFor(parts.map((part) => part.text));
  const sections = parts.map(({ mediaType, text, fileName }) => {
    const charset = /^[\t\n\f\r -~]*$/.test(text) ? "us-ascii" : "utf-8";
    const name = fileName === undefined ? "" : `Content-Disposition: attachment; filename="${fileName}"\n`;
    const body = text.endsWith("\n") ? text : `${text}\n`;
    return `--${mark}\nContent-Type: ${mediaType}; charset="${charset}"\n${name}\n${body}\n`;
  });
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${mark}"\n\n${sections.join("")}--${mark}--\n`;
}

function boundaryFor(texts: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const mark = n === 1 ? "DOVETAIL" : `DOVETAIL${n}`;
    // Ends: each text is finite, so some number is in none.
    if (!texts.some((text) => text.includes(`--${mark}`))) return mark;
  }
}

function partsOf(body: string, boundary: string | undefined, depth: number): readonly ArchivePart[] {
  if (boundary === undefined || boundary === "") return [unreadable("the archive names no boundary")];
  if (depth === maxDepth) return [unreadable(`archives lie in each other more than ${maxDepth} deep`)];
  const parts: ArchivePart[] = [];
  for (const section of sectionsOf(body, boundary)) {
    if (parts.length > maxParts) break;
    if (parts.length === maxParts) parts.push(unreadable(`the archive has more than ${maxParts} parts`));
    else {
      const { headers, body: content } = splitHeaders(section);
      const type = mediaTypeOf(headers.get("content-type"));
      const isNested = type.name.startsWith("multipart/");
      parts.push(
        ...(isNested ? partsOf(content, type.parameters.get("boundary"), depth + 1) : [partOf(headers, content)]),
      );
    }
  }
  return parts;
}

// What stands before the first boundary and after the last is nobody's.
function sectionsOf(body: string, boundary: string): readonly string[] {
  const sections: string[] = [];
  let lines: string[] | undefined;
  const close = (): void => {
    if (lines !== undefined) sections.push(lines.join("\n"));
  };
  for (const line of body.split("\n")) {
    const rest = line.startsWith(`--${boundary}`) ? line.slice(boundary.length + 2).trimEnd() : undefined;
    if (rest === "--") {
      close();
      return sections;
    }
    if (rest === "") {
      close();
      lines = [];
    } else lines?.push(line);
  }
  close();
  return sections;
}

function partOf(headers: ReadonlyMap<string, string>, body: string): ArchivePart {
  const type = mediaTypeOf(headers.get("content-type"));
  const disposition = mediaTypeOf(headers.get("content-disposition"));
  return {
    mediaType: type.name === "" ? "text/plain" : type.name,
    fileName: disposition.parameters.get("filename") ?? type.parameters.get("name"),
    content: decode(body, headers.get("content-transfer-encoding") ?? ""),
  };
}

function decode(body: string, encoding: string): Unpacked {
  const transfer = encoding.trim().toLowerCase();
  if (transfer !== "base64" && transfer !== "quoted-printable") return { ok: true, text: body, packings: [] };
  const bytes = transfer === "base64" ? fromBase64(body) : fromQuotedPrintable(body);
  if (bytes === undefined) return { ok: false, reason: "it says that it is base64 and is not" };
  const content = textOfBytes(bytes);
  const packing: Packing = transfer;
  return content.ok ? { ...content, packings: [packing, ...content.packings] } : content;
}

function fromQuotedPrintable(body: string): Uint8Array {
  const bytes: number[] = [];
  for (const line of body.split("\n")) {
    const written = line.trimEnd();
    const isSoft = written.endsWith("=");
    const text = isSoft ? written.slice(0, -1) : written;
    for (let i = 0; i < text.length; i += 1) {
      const hex = text[i] === "=" ? /^[0-9A-Fa-f]{2}/.exec(text.slice(i + 1, i + 3))?.[0] : undefined;
      if (hex === undefined) bytes.push(...new TextEncoder().encode(text[i]));
      else {
        bytes.push(Number.parseInt(hex, 16));
        i += 2;
      }
    }
    if (!isSoft) bytes.push(10);
  }
  // The last line has no end of its own: it belongs to the boundary.
  return Uint8Array.from(body.endsWith("=") ? bytes : bytes.slice(0, -1));
}

function unreadable(reason: string): ArchivePart {
  return { mediaType: "text/plain", fileName: undefined, content: { ok: false, reason } };
}

// A header goes on over lines that begin with a blank; the first line that is none ends them.
function splitHeaders(text: string): { readonly headers: ReadonlyMap<string, string>; readonly body: string } {
  const headers = new Map<string, string>();
  const lines = text.split("\n");
  let at = 0;
  let last: string | undefined;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (/^[ \t]/.test(line) && last !== undefined && line.trim() !== "") {
      headers.set(last, `${headers.get(last) ?? ""} ${line.trim()}`);
      continue;
    }
    const found = /^([!-9;-~]+):(.*)$/.exec(line);
    if (found?.[1] === undefined) break;
    last = found[1].toLowerCase();
    // The first of a name counts.
    if (!headers.has(last)) headers.set(last, (found[2] ?? "").trim());
    else last = undefined;
  }
  return { headers, body: lines.slice((lines[at] ?? "").trim() === "" ? at + 1 : at).join("\n") };
}

/** `multipart/mixed; boundary="a b"` as its name and parameters, quotes taken off. */
function mediaTypeOf(header: string | undefined): {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
} {
  const [name = "", ...rest] = splitParameters(header ?? "");
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    if (equals < 0) continue;
    const value = parameter.slice(equals + 1).trim();
    const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
    parameters.set(
      parameter.slice(0, equals).trim().toLowerCase(),
      isQuoted ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value,
    );
  }
  return { name: name.trim().toLowerCase(), parameters };
}

// Semicolons inside quotes separate nothing.
function splitParameters(header: string): readonly string[] {
  const parts: string[] = [""];
  let isQuoted = false;
  for (let i = 0; i < header.length; i += 1) {
    const character = header[i] ?? "";
    if (character === "\\" && isQuoted) {
      parts[parts.length - 1] += character + (header[i + 1] ?? "");
      i += 1;
    } else if (character === ";" && !isQuoted) parts.push("");
    else {
      if (character === '"') isQuoted = !isQuoted;
      parts[parts.length - 1] += character;
    }
  }
  return parts;
}
