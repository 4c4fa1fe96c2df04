const quote = 0x22;
const backslash = 0x5c;

/** Whether brackets of a JSON text lie within each other deeper than a bound. Reads bytes, so that no parser meets the depth first. */
export function isJsonDeeper(text: Buffer, bound: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const byte = text[i];
    if (isInString) {
      if (byte === backslash) i += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > bound) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

/** Whether elements of an XML text lie within each other deeper than a bound. */
export function isXmlDeeper(text: Buffer, bound: number): boolean {
  let depth = 0;
  for (let at = text.indexOf(0x3c); at >= 0; at = text.indexOf(0x3c, at + 1)) {
    const next = text[at + 1];
    if (next === 0x2f) depth -= 1;
    // Neither `<?xml` nor `<!--` opens an element.
    else if (next !== 0x3f && next !== 0x21) {
      const end = text.indexOf(0x3e, at);
      if (end < 0 || text[end - 1] !== 0x2f) depth += 1;
      if (depth > bound) return true;
    }
  }
  return false;
}
