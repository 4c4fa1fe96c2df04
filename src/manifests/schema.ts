import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { CrdFacts, CrdSchema } from "./crd.ts";

const validators = new Map<CrdFacts, ValidateFunction>();

/** Checks `spec` against the structural schema, filling in defaults as the API server does (the value is changed). */
export function schemaErrors(crd: CrdFacts, spec: unknown): readonly ErrorObject[] {
  let validate = validators.get(crd);
  if (validate === undefined) {
    const ajv = new Ajv({ strict: false, allErrors: true, useDefaults: true, validateFormats: false });
    validate = ajv.compile(jsonSchema(crd.spec));
    validators.set(crd, validate);
  }
  return validate(spec) ? [] : (validate.errors ?? []);
}

const ours = new Set(["rules", "listType", "mapKeys", "intOrString", "open", "nullable", "format"]);

// OpenAPI as Kubernetes writes it, in JSON Schema: unknown fields are refused unless the schema is open.
function jsonSchema(schema: CrdSchema): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) if (!ours.has(key)) result[key] = value;
  if (schema.properties !== undefined) {
    result["properties"] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => [name, jsonSchema(inner)]),
    );
    if (schema.open !== true) result["additionalProperties"] = false;
  } else if (typeof schema.additionalProperties === "object") {
    result["additionalProperties"] = jsonSchema(schema.additionalProperties);
  }
  if (schema.items !== undefined) result["items"] = jsonSchema(schema.items);
  if (schema.nullable === true && schema.type !== undefined) result["type"] = [schema.type, "null"];
  if (schema.intOrString === true) {
    delete result["anyOf"];
    result["type"] = ["integer", "string"];
  }
  return result;
}
