/** One part of a multipart archive: headers as written, keys in canonical form. */
export interface MimePart {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

/** Parts of an archive, or how its first error reads. */
export type ParsedMime =
  | { readonly ok: true; readonly parts: readonly MimePart[] }
  /** `headers`: the archive's own; `part`: inside a part. */
  | { readonly ok: false; readonly where: "headers" | "part"; readonly reason: string; readonly content?: string };

const boundary = "//";

/** Whether user data is an archive already, by how it begins. */
export function isMime(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("MIME-Version:") || trimmed.startsWith("Content-Type:");
}

/** An archive with Karpenter's own boundary and plain line ends. */
export function printMime(parts: readonly MimePart[]): string {
  const head = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`;
  const body = parts.map((part, i) => {
    const headers = Object.entries(part.headers)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}: ${value}\n`);
    return `${i === 0 ? "" : "\n"}--${boundary}\n${headers.join("")}\n${part.content}`;
  });
  // Every carriage return goes, those of the user's own text too.
  return `${head}${body.join("")}\n--${boundary}--\n`.replaceAll("\r", "");
}

/** Reads an archive as Go's mime/multipart does: what precedes the first boundary is skipped, a missing last one is an error. */
export function parseMime(text: string): ParsedMime {
  const { headers, body } = headersOf(text);
  const type = headers["Content-Type"] ?? "";
  if (type.trim() === "") return { ok: false, where: "headers", reason: "mime: no media type" };
  const [media = "", ...params] = type.split(";");
  if (!media.trim().toLowerCase().startsWith("multipart/")) {
    return { ok: false, where: "headers", reason: "not multipart" };
  }
  const mark = params
    .map((param) => /^\s*boundary\s*=\s*(?:"([^"]*)"|(\S+))\s*$/i.exec(param))
    .map((match) => match?.[1] ?? match?.[2])
    .find((found) => found !== undefined);
  return partsOf(body, `--${mark ?? ""}`);
}

function partsOf(body: string, mark: string): ParsedMime {
  const lines = body.split("\n");
  const isMark = (line: string): boolean => line.trimEnd() === mark;
  const isEnd = (line: string): boolean => line.trimEnd() === `${mark}--`;
  const parts: MimePart[] = [];
  let at = lines.findIndex((line) => isMark(line) || isEnd(line));
  while (at >= 0 && isMark(lines[at] ?? "")) {
    const end = lines.findIndex((line, i) => i > at && (isMark(line) || isEnd(line)));
    const chunk = lines.slice(at + 1, end < 0 ? undefined : end).join("\n");
    const { headers, body: content } = headersOf(chunk);
    if (end < 0) return { ok: false, where: "part", reason: "unexpected EOF", content };
    parts.push({ headers, content: content.replace(/\r$/, "") });
    at = end;
  }
  return { ok: true, parts };
}

function headersOf(text: string): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const headers: Record<string, string> = {};
  const lines = text.split("\n");
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = (lines[at] ?? "").replace(/\r$/, "");
    if (line === "") break;
    const colon = line.indexOf(":");
    if (colon > 0) headers[canonicalKey(line.slice(0, colon))] = line.slice(colon + 1).trim();
  }
  return { headers, body: lines.slice(at + 1).join("\n") };
}

// `content-type` and `CONTENT-TYPE` are `Content-Type`.
function canonicalKey(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
