/**
 * Names as an API server admits them (apimachinery, pkg/util/validation): what reaches us otherwise was never on a cluster, and may be a
 * path or a command instead.
 */

/** A DNS subdomain, RFC 1123: the name of nearly every object. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(text);
}

/** A DNS label: a namespace, a container. */
export function isLabelName(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);
}

/** What may be one step of a URL's path: the name of a role, and of an owner of any kind. */
export function isPathName(text: string): boolean {
  return text.length <= 253 && /^[A-Za-z0-9:._@-]+$/.test(text) && text !== "." && text !== "..";
}

/** A label's or annotation's key: a name, or a name behind a domain and a stroke. */
export function isQualifiedName(text: string): boolean {
  const at = text.indexOf("/");
  const name = text.slice(at + 1);
  return (at < 0 || isObjectName(text.slice(0, at))) && name.length <= 63 && isWord(name);
}

/** A label's value: empty, or letters, digits and `-`, `_`, `.` between them. */
export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= 63 && isWord(text));
}

/** A kind as CRDs may name it. */
export function isKindName(text: string): boolean {
  return text.length <= 63 && /^[A-Za-z][A-Za-z0-9]*$/.test(text);
}

/** A group and version, or a version alone. */
export function isApiVersion(text: string): boolean {
  const at = text.indexOf("/");
  return (at < 0 || isObjectName(text.slice(0, at))) && isLabelName(text.slice(at + 1));
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(text) && /^[A-Za-z0-9]/.test(text) && /[A-Za-z0-9]$/.test(text);
}
