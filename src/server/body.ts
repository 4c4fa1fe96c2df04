import { isObject } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { badRequest, unsupportedMediaType } from "../twin/store/refusal.ts";
import { parseYaml } from "../yaml/read.ts";
import type { ApiRequest } from "./answer.ts";

/** The JSON of a request's body, written as JSON or YAML. Throws `StatusRefusal` when it cannot be read. */
export function requestValue({ body, contentType }: ApiRequest): Json {
  // What is known of protobuf has become JSON by now.
  if (contentType.includes("protobuf") && !body.startsWith("{"))
    throw unsupportedMediaType(
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml; " +
        "pipe it through `--dry-run=client -o yaml | kubectl create -f -`",
    );
  try {
    // What JSON and YAML readers give is JSON.
    const value: Json = contentType.includes("yaml") ? parseYaml(body) : JSON.parse(body);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    throw badRequest(`the object provided is unrecognized (must be of type JSON or YAML): ${why}`);
  }
}

/** The object in a request's body. Throws `StatusRefusal` when there is none. */
export function bodyOf(request: ApiRequest): JsonObject {
  const value = requestValue(request);
  if (isObject(value)) return value;
  throw badRequest("the body of the request is no object");
}
