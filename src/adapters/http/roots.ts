import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { Fault } from "../../fault/fault.ts";
import type { Environment } from "./proxy.ts";

/** Where Linux distributions keep the certificates that they trust, in the order in which Go looks (crypto/x509, root_linux.go). */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Who may vouch for an API server whose kubeconfig names nobody: Node's own list, and what this machine trusts beside it, where kubectl
 * looks. Throws `usage.certificates`.
 */
export function systemRoots(env: Environment): readonly string[] {
  const named = env["SSL_CERT_FILE"];
  const roots = [...rootCertificates];
  if (named !== undefined && named !== "") roots.push(bundleAt(named, "SSL_CERT_FILE"));
  else {
    const found = systemBundles.map(readable).find((text) => text !== undefined);
    if (found !== undefined) roots.push(found);
  }
  const extra = env["NODE_EXTRA_CA_CERTS"];
  if (extra !== undefined && extra !== "") roots.push(bundleAt(extra, "NODE_EXTRA_CA_CERTS"));
  return roots;
}

/** A file of certificates that somebody named. Throws `usage.certificates`. */
export function bundleAt(path: string, namedBy: string): string {
  const text = readable(path);
  if (text !== undefined && text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new Fault(
    "usage.certificates",
    `${path}, named by ${namedBy}, ${text === undefined ? "cannot be read" : "holds no certificate"}`,
    {
      hint: `correct ${namedBy}, or take it away`,
    },
  );
}

function readable(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether a server was refused because nobody known vouches for it. */
export function isUnsigned(code: string): boolean {
  return unsigned.has(code);
}

/** Why a server's certificate is not trusted, by Node's code; undefined for codes that are about something else. */
export function certificateProblem(code: string, authority: string): string | undefined {
  if (unsigned.has(code)) return `its certificate is not signed by ${authority}`;
  return certificateCodes[code];
}

const unsigned = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_GET_ISSUER_CERT",
]);
const certificateCodes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; is this machine's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};
