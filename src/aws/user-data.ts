/** User data as written, from its base64 form, or undefined when it is not text (gzip archives of cloud-init). */
export function decodeUserData(encoded: string): string | undefined {
  const bytes = fromBase64(encoded);
  if (bytes === undefined) return undefined;
  const text = decodeUtf8(bytes);
  return text === undefined || isBinary(text) ? undefined : text;
}

function isBinary(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 9) return true;
  return false;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function fromBase64(encoded: string): Uint8Array | undefined {
  const digits = encoded.replaceAll(/[\s=]/g, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let length = 0;
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length] = (held >> bits) & 0xff;
    length += 1;
  }
  return bytes.subarray(0, length);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
