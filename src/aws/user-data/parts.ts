import { readArchive } from "./archive.ts";
import { unpackUserData, type Unpacked } from "./unpack.ts";

/** One part of user data with the media type by which cloud-init hands it on. */
export interface UserDataPart {
  /** `text/x-not-multipart` for text that cloud-init does not know by how it begins, and does nothing with. */
  readonly mediaType: string;
  readonly fileName: string | undefined;
  readonly content: Unpacked;
}

/** How text begins that cloud-init knows without being told (handlers.INCLUSION_TYPES_MAP), longer marks first. */
const beginnings: readonly (readonly [mark: string, mediaType: string])[] = [
  ["#cloud-config-archive", "text/cloud-config-archive"],
  ["#cloud-config-jsonp", "text/cloud-config-jsonp"],
  ["## template: jinja", "text/jinja2"],
  ["#cloud-boothook", "text/cloud-boothook"],
  ["#include-once", "text/x-include-once-url"],
  ["#cloud-config", "text/cloud-config"],
  ["#part-handler", "text/part-handler"],
  ["#include", "text/x-include-url"],
  ["#!", "text/x-shellscript"],
];

const isTold = new Set(["text/plain", "text/x-not-multipart", "text/x-shellscript"]);

/** The parts of user data as cloud-init takes them apart (user_data.py, UserDataProcessor._process_msg); one where it is no archive. */
export function userDataParts(written: string): readonly UserDataPart[] {
  const unpacked = unpackUserData(written);
  if (!unpacked.ok) return [{ mediaType: "text/x-not-multipart", fileName: undefined, content: unpacked }];
  if (unpacked.text.trim() === "") return [];
  const parts = isArchive(unpacked.text) ? readArchive(unpacked.text) : undefined;
  if (parts === undefined) {
    return [{ mediaType: typeOf(unpacked.text) ?? "text/x-not-multipart", fileName: undefined, content: unpacked }];
  }
  return parts.map(({ mediaType, fileName, content }) => {
    const isUnpacked = content.ok && content.packings.includes("gzip");
    const isOpen = isUnpacked || isTold.has(mediaType);
    const found = content.ok && isOpen ? typeOf(content.text) : undefined;
    return { mediaType: found ?? (isUnpacked ? "text/x-not-multipart" : mediaType), fileName, content };
  });
}

// Karpenter and nodeadm go by the content type, cloud-init by the version that every archive must name.
function isArchive(text: string): boolean {
  return /mime-version:/i.test(text.slice(0, 4096)) || /^\s*content-type:\s*multipart\//i.test(text.slice(0, 4096));
}

function typeOf(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart().toLowerCase();
  return beginnings.find(([mark]) => start.startsWith(mark))?.[1];
}
