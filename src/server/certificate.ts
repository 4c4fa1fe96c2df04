import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A key and a certificate for 127.0.0.1 that vouches for itself: kubectl sends a token over TLS alone. */
export interface LoopbackCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
}

const validMs = 30 * 24 * 3_600_000;

/** Makes a new key (P-256) and a certificate for it (RFC 5280), valid for 30 days from an hour ago. */
export function loopbackCertificate(nowMs: number): LoopbackCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from("dovetail sandbox")))));
  const isAuthority = sequence(
    oid(0x55, 0x1d, 0x13),
    der(0x01, Buffer.of(0xff)),
    octets(sequence(der(0x01, Buffer.of(0xff)))),
  );
  const address = der(0x87, Buffer.of(127, 0, 0, 1));
  const hosts = sequence(oid(0x55, 0x1d, 0x11), octets(sequence(der(0x82, Buffer.from("localhost")), address)));
  const serial = Buffer.concat([Buffer.of(0x01), randomBytes(15)]);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(nowMs - 3_600_000), time(nowMs + validMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(isAuthority, hosts)),
  );
  const signature = der(0x03, Buffer.of(0), sign("sha256", body, privateKey));
  const certificate = sequence(body, algorithm, signature)
    .toString("base64")
    .replaceAll(/.{1,64}/g, "$&\n");
  return {
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificatePem: `-----BEGIN CERTIFICATE-----\n${certificate}-----END CERTIFICATE-----\n`,
  };
}

/** A value of ASN.1 in DER: its tag, its length, its parts. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, ...parts);
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

// UTCTime: two digits of the year, to the second.
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}
