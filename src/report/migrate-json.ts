import { objectAt, parseJson } from "../kube/json.ts";
import type { RollbackEnd } from "../app/migrate/rollback.ts";
import type { MigrationEnd } from "../app/migrate/run.ts";
import type { MigrationStatus } from "../app/migrate/status.ts";
import type { Verification } from "../app/verify/verify.ts";
import { jsonDocument } from "./json.ts";
import type { Plan } from "../migration/plan.ts";

/** What `migrate --json`, `resume --json`, `rollback --json`, `status --json` and `verify --json` print. */
export function migrationJson(
  command: "migrate" | "resume" | "rollback" | "status" | "verify",
  body: {
    readonly plan?: Plan;
    readonly end?: MigrationEnd;
    readonly rollback?: RollbackEnd;
    readonly status?: MigrationStatus;
    readonly verification?: Verification;
  },
): string {
  // Every member is plain data already; the copy drops what is undefined.
  return jsonDocument(command, objectAt(parseJson(JSON.stringify(body))));
}
