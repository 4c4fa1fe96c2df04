import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import type { HttpBounds } from "./bounds.ts";
import { BrokenAnswer, seconds } from "./broken.ts";

/**
 * The whole body of an answer, unpacked, within bounds. Throws `BrokenAnswer` at a bound, and the connection's own error when it breaks;
 * the connection is closed in both cases.
 */
export function readBody(response: IncomingMessage, bounds: HttpBounds): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = (response.headers["content-encoding"] ?? "identity").toLowerCase();
    const unpacking = encoding === "gzip" ? createGunzip() : undefined;
    const chunks: Buffer[] = [];
    let received = 0;
    let unpacked = 0;
    let atLastLook = 0;
    const stop = (): void => {
      clearInterval(pace);
      clearTimeout(silence);
    };
    const fail = (error: Error): void => {
      stop();
      response.destroy();
      unpacking?.destroy();
      reject(error);
    };
    const still = (): void =>
      fail(new BrokenAnswer("silent", `stopped in the middle of its answer, for ${seconds(bounds.silenceMs)}`));
    let silence = setTimeout(still, bounds.silenceMs);
    const pace = setInterval(() => {
      if (received - atLastLook < bounds.minBytes) {
        const what = `sent ${received - atLastLook} bytes in ${seconds(bounds.paceMs)}`;
        fail(new BrokenAnswer("slow", `${what}, too few to ever end`));
      }
      atLastLook = received;
    }, bounds.paceMs);
    const tooLarge = (): void =>
      fail(new BrokenAnswer("large", `sends more than ${bounds.maxBytes / 2 ** 20} MiB as one answer`));
    const keep = (chunk: Buffer): void => {
      unpacked += chunk.length;
      if (unpacked > bounds.maxBytes) tooLarge();
      else chunks.push(chunk);
    };
    const end = (): void => {
      stop();
      resolve(Buffer.concat(chunks));
    };
    if (unpacking === undefined && encoding !== "identity") {
      fail(new BrokenAnswer("packed", `packs its answer as ${encoding.slice(0, 40)}, which nobody asked for`));
      return;
    }
    unpacking?.on("data", keep).on("end", end);
    unpacking?.on("error", (cause) => fail(new BrokenAnswer("packed", "says gzip of what is none", { cause })));
    response.on("data", (chunk: Buffer) => {
      received += chunk.length;
      clearTimeout(silence);
      silence = setTimeout(still, bounds.silenceMs);
      if (received > bounds.maxBytes) tooLarge();
      else if (unpacking === undefined) keep(chunk);
      else if (!unpacking.write(chunk)) {
        response.pause();
        unpacking.once("drain", () => response.resume());
      }
    });
    response.on("end", () => {
      if (unpacking === undefined) end();
      else unpacking.end();
    });
    response.on("error", fail);
    // Node says `close` without `end` and without an error when the other side goes away at the wrong moment.
    response.on("close", () => {
      if (!response.complete)
        fail(Object.assign(new Error("closed in the middle of the answer"), { code: "ECONNRESET" }));
    });
  });
}
