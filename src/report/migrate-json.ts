import type { RollbackEnd } from "../app/migrate/rollback.ts";
import type { MigrationEnd } from "../app/migrate/run.ts";
import type { MigrationStatus } from "../app/migrate/status.ts";
import type { Verification } from "../app/verify/verify.ts";
import type { JsonObject } from "../kube/objects.ts";
import { plainMembers, versionedDocument, type DocumentShape } from "./json.ts";
import type { Plan } from "../migration/plan.ts";

/** What `migrate --json`, `resume --json`, `rollback --json`, `status --json` and `verify --json` print. */
export function migrationDocument(
  command: "migrate" | "resume" | "rollback" | "status" | "verify",
  body: {
    readonly plan?: Plan;
    readonly end?: MigrationEnd;
    readonly rollback?: RollbackEnd;
    readonly status?: MigrationStatus;
    readonly verification?: Verification;
  },
): JsonObject {
  // Every member is plain data already; the copy drops what is undefined.
  return versionedDocument(shapeOf[command], command, plainMembers(body));
}

const shapeOf = {
  migrate: "migration",
  resume: "migration",
  rollback: "rollback",
  status: "status",
  verify: "verification",
} as const satisfies Readonly<Record<string, DocumentShape>>;
