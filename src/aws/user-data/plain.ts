import { printArchive, readArchive } from "./archive.ts";
import { unpackUserData } from "./unpack.ts";

const markStart = "<binary user data";

/** Why user data (or a part of it) could not be read, where the mark stands in its place; undefined for text that is there. */
export function unreadReason(text: string): string | undefined {
  if (!text.startsWith(markStart) || !text.endsWith(">")) return undefined;
  const reason = text.slice(markStart.length, -1).replace(/^: /, "");
  return reason === "" ? "it is neither text nor a gzip archive" : reason;
}

/**
 * User data as the node's programs will read it: unpacked, and with the parts of a MIME archive unpacked too, so that whoever
 * looks for settings or secrets finds them. Text that is not packed stays byte for byte; what nobody can read becomes a mark.
 */
export function readableUserData(written: string): string {
  const unpacked = unpackUserData(written);
  if (!unpacked.ok) return mark(unpacked.reason);
  const parts = readArchive(unpacked.text);
  if (parts === undefined || parts.every(({ content }) => content.ok && content.packings.length === 0))
    return unpacked.text;
  return printArchive(
    parts.map(({ mediaType, fileName, content }) => ({
      mediaType: content.ok && isGzip(mediaType) ? "text/x-not-multipart" : mediaType,
      fileName,
      text: content.ok ? content.text : mark(content.reason),
    })),
  );
}

// cloud-init tells what such a part is by how it begins once it is unpacked.
function isGzip(mediaType: string): boolean {
  return /^application\/(x-)?(gzip|gunzip|compress|gzip-compressed|gzipped|compressed)$/.test(mediaType);
}

function mark(reason: string): string {
  return `${markStart}: ${reason}>`;
}
