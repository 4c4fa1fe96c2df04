import { objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { type TableColumn } from "./column.ts";

/** `<none>`, as kubectl says that there is nothing. */
export const none = "<none>";

/** A map as `a=b,c=d` in the order of its keys. */
export function pairs(map: Json | undefined): string {
  const entries = Object.entries(objectAt(map)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? none : entries.map(([key, value]) => `${key}=${textAt(value) ?? ""}`).join(",");
}

/** A condition of an object's status; undefined where it has none of the type. Clients may write anything there. */
export function conditionIn(object: Stored, type: string): JsonObject | undefined {
  return objectsAt(object, "status", "conditions").find((one) => one["type"] === type);
}

/** A label selector as kubectl writes it. */
export function selectorText(selector: Json | undefined): string {
  const labels = Object.entries(objectAt(selector, "matchLabels")).map(
    ([key, value]) => `${key}=${textAt(value) ?? ""}`,
  );
  const terms = objectsAt(selector, "matchExpressions").map((one) => {
    const key = textAt(one, "key") ?? "";
    const values = Array.isArray(one["values"]) ? one["values"].join(",") : "";
    const operator = textAt(one, "operator") ?? "";
    if (operator === "Exists") return key;
    return operator === "DoesNotExist" ? `!${key}` : `${key} ${operator.toLowerCase()} (${values})`;
  });
  const all = [...labels.toSorted(), ...terms];
  return all.length === 0 ? none : all.join(",");
}

/** Containers and images of a pod template, for `-o wide`. */
export function templateColumns(...path: readonly string[]): readonly TableColumn[] {
  const of = (object: Stored, field: string): string =>
    objectsAt(object, ...path, "spec", "containers")
      .map((one) => textAt(one, field) ?? "")
      .join(",");
  return [
    { name: "Containers", isWide: true, cell: (object) => of(object, "name") },
    { name: "Images", isWide: true, cell: (object) => of(object, "image") },
  ];
}
