import { fromBase64, textOfBytes } from "../aws/user-data/unpack.ts";
import { withoutSecrets } from "./secret-text.ts";

const hidden = "<redacted>";

/** Shorter words are no message. */
const minPacked = 24;

/**
 * Text without secrets, also those that lie in it in base64 (files that cloud-init writes, what a script pipes into `base64 -d`),
 * with or without gzip: such a block goes whole, since part of it could not be decoded any more.
 */
export function withoutPackedSecrets(text: string): string {
  const lines = text.split("\n");
  const clean: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const block = blockAt(lines, at);
    const indent = /^\s*/.exec(lines[at] ?? "")?.[0] ?? "";
    if (block > 1 && holdsSecret(lines.slice(at, at + block).join(""))) clean.push(`${indent}${hidden}`);
    else for (let i = 0; i < block; i += 1) clean.push(withoutPackedWords(lines[at + i] ?? ""));
    at += block;
  }
  return withoutSecrets(clean.join("\n"));
}

/** How many lines from here on are one block of base64; 1 where there is none. */
function blockAt(lines: readonly string[], from: number): number {
  let count = 0;
  while (/^\s*[A-Za-z0-9+/]{16,}={0,2}\s*$/.test(lines[from + count] ?? "")) count += 1;
  // The last line of a block may be short.
  if (count > 0 && /^\s*[A-Za-z0-9+/]{1,15}={0,2}\s*$/.test(lines[from + count] ?? "")) count += 1;
  return Math.max(1, count);
}

function withoutPackedWords(line: string): string {
  return line.replaceAll(/[A-Za-z0-9+/]+={0,2}/g, (word) =>
    word.length >= minPacked && holdsSecret(word) ? hidden : word,
  );
}

function holdsSecret(packed: string): boolean {
  const bytes = packed.replaceAll(/\s+/g, "").length % 4 === 0 ? fromBase64(packed) : undefined;
  const content = bytes === undefined ? undefined : textOfBytes(bytes);
  return content?.ok === true && withoutSecrets(content.text) !== content.text;
}
