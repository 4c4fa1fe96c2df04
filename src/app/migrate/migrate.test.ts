import { expect, test } from "vitest";
import { by, prepared } from "../../../test/support/migration.ts";
import { openSandbox, silentHost } from "../../adapters/sandbox/open.ts";
import { defaultOptions } from "../../migration/options.ts";
import { migrationEndText, migrationPlanText, rollbackText } from "../../report/text/migrate.ts";
import { verifyText } from "../../report/text/verify.ts";
import { verifyMigration } from "../verify/verify.ts";
import { migrate, rollback } from "./migrate.ts";

test("a cluster in good order is moved to Karpenter, and back", async () => {
  const lines: string[] = [];
  const { world } = await openSandbox({
    name: "clean",
    host: {
      ...silentHost(),
      tell: (l) =>
        console.log(new Date(world.clock.nowMs()).toISOString().slice(11, 19), Math.round(performance.now()), l),
      progress: (t) => {
        let last = "";
        return {
          update: (d, x) => {
            if (x !== last) console.log("   ", new Date(world.clock.nowMs()).toISOString().slice(11, 19), t, d, x);
            last = x ?? "";
          },
          end: () => {},
        };
      },
    },
  });
  try {
    const facts = await prepared(world, "orchard-prod");
    const { plan, end } = await migrate(world, facts, {
      by,
      options: defaultOptions,
      show: (p) => console.log(migrationPlanText(p)),
    });
    console.log(lines.join("\n"));
    console.log(migrationEndText(end, plan));
    console.log(verifyText(await verifyMigration(world)));
    expect(end.kind).toBe("completed");
    console.log(rollbackText(await rollback(world, { by })));
  } catch (e) {
    console.log(lines.slice(-30).join("\n"));
    throw e;
  }
}, 60000);
