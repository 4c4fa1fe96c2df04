import { gunzipSync } from "node:zlib";

/** A text with the packings that were taken off it, outermost first, or why nobody can read it. */
export type Unpacked =
  | { readonly ok: true; readonly text: string; readonly packings: readonly Packing[] }
  | { readonly ok: false; readonly reason: string };

/** How text was packed; `windows-1252` and `utf-16` are encodings that are no UTF-8. */
export type Packing = "base64" | "quoted-printable" | "gzip" | "utf-16" | "windows-1252";

/** A gzip archive that unpacks to more is refused: EC2 takes 16 KiB, so nothing that a person wrote comes near. */
const maxUnpackedBytes = 4 * 2 ** 20;

/** base64 within gzip within base64, and no deeper. */
const maxLayers = 6;

/** A shorter word is a word, though its letters might be base64 of some bytes. */
const minPacked = 24;
/** Fewer letters are packed blanks, or no base64. */
const minWord = 8;

/**
 * User data as text, whatever it is packed in: base64 as AWS answers it, gzip as cloud-init takes it, or both.
 *
 * Text that merely looks like base64 stays what it is unless it is text again, or gzip, when decoded.
 */
export function unpackUserData(written: string): Unpacked {
  const packings: Packing[] = [];
  let text = written;
  for (let layer = 0; layer < maxLayers; layer += 1) {
    const bytes = looksEncoded(text) ? fromBase64(text) : undefined;
    if (bytes === undefined) return { ok: true, text, packings };
    const inner = textOfBytes(bytes);
    const isPacked = isGzip(bytes) || (layer === 0 && text.length >= minPacked);
    if (!inner.ok) return isPacked ? inner : { ok: true, text, packings };
    if (inner.text.trim() !== "" && text.trim().length < minWord) return { ok: true, text, packings };
    packings.push("base64", ...inner.packings);
    text = inner.text;
  }
  return { ok: false, reason: `it is packed more than ${maxLayers} times over` };
}

/** Text out of bytes: unpacked where they are a gzip archive, in UTF-8, or in UTF-16 with its mark. */
export function textOfBytes(bytes: Uint8Array): Unpacked {
  const packings: Packing[] = [];
  let plain = bytes;
  for (let layer = 0; isGzip(plain); layer += 1) {
    if (layer === maxLayers) return { ok: false, reason: `it is packed more than ${maxLayers} times over` };
    const unpacked = gunzipped(plain);
    if (typeof unpacked === "string") return { ok: false, reason: unpacked };
    plain = unpacked;
    packings.push("gzip");
  }
  const utf8 = decoded(plain, "utf-8");
  if (utf8 !== undefined && !isBinary(utf8)) return { ok: true, text: utf8, packings };
  const isWide = (plain[0] === 0xff && plain[1] === 0xfe) || (plain[0] === 0xfe && plain[1] === 0xff);
  const wide = isWide ? decoded(plain, plain[0] === 0xff ? "utf-16le" : "utf-16be") : undefined;
  if (wide !== undefined && !isBinary(wide)) return { ok: true, text: wide, packings: [...packings, "utf-16"] };
  const single = isMostlyAscii(plain) ? decoded(plain, "windows-1252") : undefined;
  if (!isWide && utf8 === undefined && single !== undefined && !isBinary(single)) {
    return { ok: true, text: single, packings: [...packings, "windows-1252"] };
  }
  return { ok: false, reason: "it is neither text nor a gzip archive" };
}

/** Bytes of base64, blanks aside; undefined for text in another alphabet. */
export function fromBase64(encoded: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function looksEncoded(text: string): boolean {
  const packed = text.trim().replaceAll(/\r?\n/g, "");
  return packed.length >= 4 && packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzipped(bytes: Uint8Array): Uint8Array | string {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    if (isTooLarge) return `it is a gzip archive that unpacks to more than ${maxUnpackedBytes / 2 ** 20} MiB`;
    return `it is a damaged gzip archive: ${error instanceof Error ? error.message : "unreadable"}`;
  }
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// A script with an umlaut in a comment, not eight random bytes.
function isMostlyAscii(bytes: Uint8Array): boolean {
  return bytes.filter((byte) => byte < 128).length >= bytes.length * 0.8;
}

function isBinary(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 9) return true;
  return false;
}
