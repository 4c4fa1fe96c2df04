import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import vectors from "../../../test/vectors/user-data/cloud-init.json" with { type: "json" };
import { printArchive, readArchive } from "./archive.ts";
import { userDataParts } from "./parts.ts";
import { readableUserData, unreadReason } from "./plain.ts";
import { unpackUserData } from "./unpack.ts";

const script = "#!/bin/bash\nset -e\necho hello\n";
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");

describe("unpacking", () => {
  test.each([
    ["text", script, []],
    ["base64", base64(script), ["base64"]],
    ["base64 in lines of 76", base64(script.repeat(9)).replaceAll(/(.{76})/g, "$1\n"), ["base64"]],
    ["gzip", base64(gzipSync(script)), ["base64", "gzip"]],
    ["gzip twice", base64(gzipSync(gzipSync(script))), ["base64", "gzip", "gzip"]],
    ["base64 in gzip in base64", base64(gzipSync(base64(script))), ["base64", "gzip", "base64"]],
    ["UTF-16 with its mark", base64(Buffer.from(`\uFEFF${script}`, "utf16le")), ["base64", "utf-16"]],
    ["a single-byte encoding", base64(Buffer.from("#!/bin/sh\necho Grüße\n", "latin1")), ["base64", "windows-1252"]],
  ])("takes off %s", (_, written, packings) => {
    const unpacked = unpackUserData(written);
    expect(unpacked).toMatchObject({ ok: true, packings });
    expect(unpacked.ok ? unpacked.text : "").toMatch(/^#!/);
  });

  test.each([
    ["a damaged gzip archive", base64(gzipSync(script).subarray(0, 20)), /damaged gzip archive/],
    ["a gzip archive that would fill memory", base64(gzipSync("a".repeat(5 * 2 ** 20))), /more than 4 MiB/],
    [
      "bytes that are no text",
      base64(Uint8Array.from({ length: 40 }, (_, i) => (i * 37) % 256)),
      /neither text nor a gzip archive/,
    ],
  ])("says why it cannot read %s", (_, written, reason) => {
    const unpacked = unpackUserData(written);
    expect(unpacked.ok ? "" : unpacked.reason).toMatch(reason);
    expect(unreadReason(readableUserData(written))).toMatch(reason);
  });

  test("leaves words alone that only look like base64", () => {
    expect(unpackUserData("shutdown")).toEqual({ ok: true, text: "shutdown", packings: [] });
    expect(unpackUserData("date")).toEqual({ ok: true, text: "date", packings: [] });
    expect(unpackUserData("\n")).toEqual({ ok: true, text: "\n", packings: [] });
  });

  test("packed blanks are no user data", () => {
    expect(userDataParts(base64("\n"))).toEqual([]);
    expect(userDataParts(base64("\n\n"))).toEqual([]);
  });

  test("is bounded: what is packed over and over is refused", () => {
    let text = script;
    for (let i = 0; i < 12; i += 1) text = base64(text);
    expect(unpackUserData(text)).toMatchObject({ ok: false });
  });
});

describe("parts", () => {
  // EKS and Karpenter print every archive anew, with its version, so what cloud-init alone would pass over does run.
  const printedAnew = "no archive without the version";

  test.each(vectors.filter(({ name }) => name !== printedAnew).map((one) => [one.name, one] as const))(
    "as cloud-init: %s",
    (_, one) => {
      const parts = userDataParts(one.userData).map(({ mediaType, content }) => ({
        type: mediaType,
        text: content.ok ? content.text : content.reason,
      }));
      expect(parts.map(({ type }) => type)).toEqual(one.parts.map(({ type }) => type));
      expect(parts.map(({ text }) => text.trim())).toEqual(one.parts.map(({ text }) => text.trim()));
    },
  );

  test("of an archive that names no version are read all the same", () => {
    const one = vectors.find(({ name }) => name === printedAnew);
    expect(one?.parts.map(({ type }) => type)).toEqual(["text/x-not-multipart"]);
    expect(userDataParts(one?.userData ?? "").map(({ mediaType }) => mediaType)).toEqual(["text/x-shellscript"]);
  });

  test("of an archive in an archive in an archive … are bounded", () => {
    let text = "x";
    for (let i = 0; i < 30; i += 1)
      text = `Content-Type: multipart/mixed; boundary="b${i}"\n\n--b${i}\n${text}\n--b${i}--\n`;
    expect(readArchive(`MIME-Version: 1.0\n${text}`)).toMatchObject([{ content: { ok: false } }]);
  });

  test("too many to be true end in one that says so", () => {
    const text = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(500)}--b--\n`;
    const parts = readArchive(text) ?? [];
    expect(parts).toHaveLength(201);
    expect(parts.at(-1)?.content).toMatchObject({ ok: false, reason: expect.stringContaining("more than 200") });
  });

  test("printed and read again are the same, whatever they hold", () => {
    const part = fc.record({
      mediaType: fc.constantFrom("text/x-shellscript", "text/cloud-config", "application/node.eks.aws"),
      text: fc
        .oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constant("--DOVETAIL\n--DOVETAIL2--"))
        .map((text) => `${text.replaceAll("\r", "")}\n`),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const read = (readArchive(printArchive(parts)) ?? []).map(({ mediaType, content }) => ({
          mediaType,
          text: content.ok ? content.text : content.reason,
        }));
        expect(read).toEqual(parts);
      }),
    );
  });

  test("in base64 are plain in what readers keep, and an archive without encodings stays byte for byte", () => {
    const plain =
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n#!/bin/sh\r\n--b--\r\n";
    expect(readableUserData(plain)).toBe(plain);
    const packed = plain.replace(
      "\r\n\r\n#!/bin/sh",
      `\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64("#!/bin/sh\n")}`,
    );
    expect(readableUserData(packed)).toContain("\n\n#!/bin/sh\n");
  });
});
