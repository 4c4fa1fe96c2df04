import type { IncomingHttpHeaders } from "node:http";
import { isObject, textAt, parseJson } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import type { HttpBounds } from "../http/bounds.ts";
import { BrokenAnswer } from "../http/broken.ts";
import type { Incoming } from "../http/exchange.ts";
import { isJsonDeeper } from "../http/nesting.ts";

/** The server's answer. `body` is parsed JSON, or text. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/**
 * What a whole answer says. An API server answers what it was asked for with one JSON object; anything else comes from something in
 * between, or from another server. Throws `BrokenAnswer` for that, for redirects, and for what is nested too deeply to be read.
 */
export function readAnswer(incoming: Incoming, isText: boolean, bounds: HttpBounds): Answer {
  const { status, headers, body } = incoming;
  if (status >= 300 && status < 400) throw redirected(status, headers);
  if (isText && status < 400) return { status, body: body.toString("utf8") };
  if (isJsonDeeper(body, bounds.maxDepth)) {
    throw new BrokenAnswer("nested", `answers JSON that is nested more than ${bounds.maxDepth} levels deep`);
  }
  const text = body.toString("utf8");
  const value = parsed(text);
  if (status >= 400) return { status, body: value ?? text };
  if (!isObject(value))
    throw new BrokenAnswer("foreign", `answers HTTP ${status} with ${described(text, value, headers)}`);
  // A failure under a code of success would count as done.
  if (value["kind"] === "Status" && value["status"] === "Failure") {
    throw new BrokenAnswer(
      "foreign",
      `answers HTTP ${status} with a failure: ${textAt(value["message"]) ?? "no message"}`,
    );
  }
  return { status, body: value };
}

function redirected(status: number, headers: IncomingHttpHeaders): BrokenAnswer {
  const to = headers.location ?? "";
  // What stands behind `?` may be a secret of whoever made the link.
  const where = URL.canParse(to) ? `${new URL(to).origin}${new URL(to).pathname}` : (to.split("?")[0] ?? "");
  return new BrokenAnswer(
    "redirected",
    `answers HTTP ${status}${where === "" ? "" : ` and sends us to ${where.slice(0, 200)}`}`,
  );
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function described(text: string, value: unknown, headers: IncomingHttpHeaders): string {
  if (text.trim() === "") return "nothing";
  if (value !== undefined)
    return `${value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`} instead of an object`;
  if (/^\s*</.test(text)) return "a web page instead of JSON";
  const type = headers["content-type"] ?? "";
  if (/^\s*\{/.test(text)) return "JSON that is broken or ends in the middle";
  return type === "" || type.includes("json") ? "something that is no JSON" : `${type.slice(0, 60)} instead of JSON`;
}
