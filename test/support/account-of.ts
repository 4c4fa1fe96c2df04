import type { Twin } from "../../src/twin/world/twin.ts";
import type { Json, JsonObject } from "../../src/kube/objects.ts";

/** The sandbox's account and aws-auth as comparable text: tables in order, without ids and times that differ between two equal histories. */
export function accountOf(sandbox: Twin): string {
  const state: unknown = JSON.parse(JSON.stringify(sandbox.save()));
  const { aws } = state as { readonly aws: { readonly tables: Readonly<Record<string, JsonObject>> } };
  const tables = Object.entries(aws.tables).filter(([, table]) => Object.keys(table).length > 0);
  return JSON.stringify(canonical(Object.fromEntries(tables)), undefined, 1);
}

const volatile =
  /^(_.*|CreateDate|UpdateDate|createdAt|modifiedAt|CreatedTimestamp|LastModifiedTimestamp|.*Id|accessEntryArn|associationArn)$/;

function canonical(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => canonical(item));
  if (typeof value === "string") return value.replace(/setup-([\w-]+)-\d{8}T\d{6}Z/g, "setup-$1-TIME");
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value as JsonObject).filter(
    ([key, item]) => !volatile.test(key) && item !== undefined,
  );
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]),
  );
}
