import type { Json, JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import type { Status } from "../kube/status.ts";
import type { TableForm } from "./tables/table.ts";

/** One request to the API, read from HTTP. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly accept: string;
  readonly contentType: string;
  /** The body as text; empty for none. */
  readonly body: string;
  /** Under which name the world notes what is written. */
  readonly actor: string;
  /** How far the client's clock is ahead of the world's, in milliseconds. */
  readonly shiftMs: number;
}

/** A watch that is to be kept open. */
export interface WatchAnswer {
  readonly kind: "watch";
  readonly resource: ResourceName;
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  /** Go on after this version; undefined: begin with what is there. */
  readonly after: number | undefined;
  readonly form: TableForm | undefined;
  readonly sendsBookmarks: boolean;
  /** Whether the end of what was there is told by a bookmark (`sendInitialEvents`). */
  readonly endsInitial: boolean;
  readonly timeoutSeconds: number;
}

/** An answer that ends. */
export type PlainAnswer =
  | { readonly kind: "json"; readonly code: number; readonly body: Json | Status }
  | { readonly kind: "text"; readonly code: number; readonly body: string };

/** What the API answers. */
export type ServedAnswer = PlainAnswer | WatchAnswer;

/** An answer with a document. */
export function json(body: JsonObject, code = 200): PlainAnswer {
  return { kind: "json", code, body };
}

/** A refusal in the API's own words. */
export function denied(code: number, reason: string, message: string, details: JsonObject = {}): PlainAnswer {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
  return { kind: "json", code, body: status };
}

/** A `Status` as it is. */
export function statusAnswer(status: Status): PlainAnswer {
  return { kind: "json", code: status.code ?? 500, body: status };
}

/** No such path, or no such resource. */
export function nothingThere(): PlainAnswer {
  return denied(404, "NotFound", "the server could not find the requested resource");
}
