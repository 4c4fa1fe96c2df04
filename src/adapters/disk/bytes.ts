import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { Fault } from "../../fault/fault.ts";
import { diskFault } from "./files.ts";

/** Contents of a file piece by piece in UTF-8, unpacked when they are gzip (by content, not by name). `origin` is its name in messages. */
export async function* bytesOf(source: string | Readable, origin: string): AsyncGenerator<Buffer> {
  const raw = typeof source === "string" ? createReadStream(source, { highWaterMark: 1 << 20 }) : source;
  try {
    const pieces = buffersOf(raw);
    const first = await pieces.next();
    if (first.done === true) return;
    const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
    yield* asUtf8(isGzip ? gunzipped(first.value, pieces) : joined(first.value, pieces));
  } catch (error) {
    throw unpackFault(origin, error);
  } finally {
    raw.destroy();
  }
}

/** The pieces of a stream of bytes. */
export async function* buffersOf(stream: Readable): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    if (!Buffer.isBuffer(piece)) throw new TypeError("a stream of bytes gave something else");
    yield piece;
  }
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What PowerShell writes with `>` is UTF-16 behind its mark; anything else passes as it is. */
async function* asUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst && piece[0] === 0xff && piece[1] === 0xfe) decoder = new TextDecoder("utf-16le");
    if (isFirst && piece[0] === 0xfe && piece[1] === 0xff) decoder = new TextDecoder("utf-16be");
    isFirst = false;
    yield decoder === undefined ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
}

async function* gunzipped(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  const feed = async (): Promise<void> => {
    const write = (piece: Buffer): Promise<void> =>
      new Promise((resolve) => void (gunzip.write(piece) ? resolve() : gunzip.once("drain", resolve)));
    await write(first);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) await write(next.value);
    gunzip.end();
  };
  const feeding = feed().catch((error: unknown) => void gunzip.destroy(error instanceof Error ? error : undefined));
  yield* buffersOf(gunzip);
  await feeding;
}

function unpackFault(origin: string, error: unknown): unknown {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    if (error.code === "Z_BUF_ERROR" || error.code === "ERR_STREAM_PREMATURE_CLOSE") {
      return new Fault("file.truncated", `${origin} ends in the middle: the gzip file is truncated`, {
        cause: error,
        hint: "copy or write it again",
      });
    }
    if (error.code.startsWith("Z_")) {
      return new Fault("file.damaged", `${origin} is a damaged gzip file`, {
        cause: error,
        hint: "copy or write it again",
      });
    }
  }
  return diskFault(origin, "read", error);
}
