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
    console.log("WHY", (e as { why?: string }).why);
    const events = await world.cluster.list("events");
    console.log(
      events
        .filter((x) => JSON.stringify(x).includes("payments-api"))
        .slice(-6)
        .map((x) => JSON.stringify({ ...x, metadata: undefined }))
        .join("\n"),
    );

    console.log(
      (await world.cluster.list("nodes"))
        .map((x) =>
          [
            x.metadata.name,
            x.metadata.labels?.["topology.kubernetes.io/zone"],
            x.metadata.labels?.["karpenter.sh/nodepool"],
            x.metadata.labels?.["node.kubernetes.io/instance-type"],
            x.spec?.unschedulable,
          ].join(" "),
        )
        .join("\n"),
    );
    console.log(
      (await world.cluster.list("pods"))
        .filter((x) => x.metadata.name.includes("payments-api") || x.metadata.name.includes("hold"))
        .map((x) => [x.metadata.name, x.spec.nodeName, JSON.stringify(x.spec.topologySpreadConstraints)].join(" "))
        .join("\n"),
    );
    const pods = await world.cluster.list("pods");
    console.log(
      JSON.stringify(
        pods
          .filter((p) => p.spec.nodeName === undefined)
          .map((p) => [p.metadata.name, p.metadata.ownerReferences?.[0]?.name, p.status]),
      ),
    );
    throw e;
  }
}, 60000);
