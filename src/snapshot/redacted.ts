import type { Account } from "../aws/account.ts";
import { isList, isObject } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { withoutPackedSecrets } from "./packed-secrets.ts";
import { redactTags } from "./redact-values.ts";
import { withoutSecrets } from "./secret-text.ts";
import type { RedactedSnapshot, Snapshot } from "./snapshot.ts";

/** The snapshot as it may be shown, written and passed on: scripts, tags and free texts of the account without secrets. */
export function redactedSnapshot(snapshot: Snapshot): RedactedSnapshot {
  const { texts: _, account, ...rest } = snapshot;
  return account === undefined ? rest : { ...rest, account: redactAccount(account) };
}

/** The account's part. Twice is the same as once. */
export function redactAccount(account: Account): Account {
  const entries = Object.entries(account).map(([key, value]) => {
    return [key, typeof value === "object" ? cleanMember(key, value) : value] as const;
  });
  return { ...account, ...Object.fromEntries(entries) };
}

const freeTexts = new Set(["configurationValues", "Input", "InputTemplate", "Description", "description"]);

function cleanMember(key: string, value: Json): Json {
  if (key === "Tags" || key === "tags" || key === "TagSet") return redactTags(value);
  if (typeof value === "string") {
    if (key === "UserData" || key === "userData") return withoutPackedSecrets(value);
    return freeTexts.has(key) ? withoutSecrets(value) : value;
  }
  if (isList(value)) return value.map((item) => cleanMember("", item));
  return isObject(value) ? cleanObject(value) : value;
}

function cleanObject(object: JsonObject): JsonObject {
  const entries = Object.entries(object).flatMap(([key, value]) => {
    return value === undefined ? [] : [[key, cleanMember(key, value)] as const];
  });
  return Object.fromEntries(entries);
}
