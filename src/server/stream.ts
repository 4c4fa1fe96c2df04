import type { ServerResponse } from "node:http";
import { StatusRefusal } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type PlainAnswer, type WatchAnswer, statusAnswer } from "./answer.ts";
import { type WatchEvent, Watching } from "./watch.ts";

const bookmarkMs = 60_000;
/** A client that does not read is let go when so much waits for it. */
const mostWaitingBytes = 64 * 2 ** 20;

/** Sends an answer that ends. */
export function send(response: ServerResponse, answered: PlainAnswer): void {
  const isText = answered.kind === "text";
  response.writeHead(answered.code, { "content-type": isText ? "text/plain" : "application/json" });
  response.end(isText ? answered.body : JSON.stringify(answered.body));
}

/** Keeps a watch open: writes a line for each change until its time is over, an error ends it, or the client goes. */
export function stream(twin: Twin, asked: WatchAnswer, response: ServerResponse): void {
  const shift = (): number => Date.now() - twin.nowMs;
  let watching: Watching;
  try {
    watching = new Watching(twin, asked, shift);
  } catch (error) {
    if (!(error instanceof StatusRefusal)) throw error;
    send(response, statusAnswer(error.status));
    return;
  }
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  const write = (events: readonly WatchEvent[]): void => {
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    const isOver = events.some((one) => one.type === "ERROR") || response.writableLength > mostWaitingBytes;
    if (isOver) response.end();
  };
  // The headers go out even where nothing is there to tell yet.
  response.flushHeaders();
  const unsubscribe = twin.subscribe((change) => write(watching.told(change)));
  const bookmarks = setInterval(() => {
    if (asked.sendsBookmarks) write([watching.bookmark()]);
  }, bookmarkMs);
  const end = setTimeout(() => response.end(), asked.timeoutSeconds * 1000);
  response.once("close", () => {
    unsubscribe();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
  write(watching.begin());
}
