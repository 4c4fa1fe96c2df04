import { describe, expect, test } from "vitest";
import { resume, rollback } from "../../src/app/migrate/migrate.ts";
import { runMigration } from "../../src/app/migrate/run.ts";
import type { RunEvent } from "../../src/ports/run-event.ts";
import type { World } from "../../src/ports/world.ts";
import { str } from "../../src/twin/store/objects.ts";
import { by } from "../support/migration.ts";
import { endedByAws, groupOf, meddledWith, person, planOf, scene, sizeCalls, sizesOf } from "./people.ts";
import { clusterName } from "./small.ts";

const opens = (group: string) => (event: RunEvent) =>
  event.kind === "step-began" && event.step.id === `shift/${group}/open`;
const scaleApps = (sandbox: Parameters<typeof person>[0], scalingConfig: Record<string, number>): unknown =>
  person(sandbox, "eks:UpdateNodegroupConfig", { clusterName, nodegroupName: "apps", scalingConfig });

describe("nobody is asked for fewer nodes than there are", () => {
  test.each([
    ["to its maximum", 6, 6],
    ["above the recorded maximum, which was raised as well", 8, 8],
  ])("attack-01-rollback-scales-in: a person scaled a group out %s before the rollback", async (_, desired, max) => {
    const { sandbox, world, again } = await scene();
    const plan = await planOf(world);
    expect((await runMigration(world, plan, { by })).kind).toBe("completed");
    const name = str(groupOf(sandbox, "apps")["AutoScalingGroupName"]);
    person(sandbox, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: name, MaxSize: max });
    person(sandbox, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName: name, DesiredCapacity: desired });
    sandbox.advance(240_000);
    const from = sandbox.audit.length;
    const end = await rollback(again(), { by });
    expect(end.left.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining(`${desired} nodes are there, 3 were recorded`),
    );
    sandbox.advance(60_000);
    expect(endedByAws(sandbox.audit.slice(from))).toEqual([]);
    expect(sizesOf(sandbox, "apps").slice(1)).toEqual([desired, max]);
    expect(JSON.stringify(sizeCalls(sandbox.audit.slice(from)))).not.toContain("desiredSize");
  });

  test("attack-03-rollback-races-eks-update: a kill while EKS updates, and a rollback at once", async () => {
    const { sandbox, world, again } = await scene();
    scaleApps(sandbox, { minSize: 3 });
    sandbox.advance(60_000);
    const plan = await planOf(world);
    const cloud: World["cloud"] = {
      region: world.cloud.region,
      read: (operation, input) => world.cloud.read(operation, input),
      all: (operation, input, items) => world.cloud.all(operation, input, items),
      allNames: (operation, input, items) => world.cloud.allNames(operation, input, items),
      write: async (operation, input) => {
        const answer = await world.cloud.write(operation, input);
        if (operation === "eks:UpdateNodegroupConfig") throw new Error("killed");
        return answer;
      },
    };
    await expect(runMigration({ ...world, cloud }, plan, { by })).rejects.toThrow("killed");
    const end = await rollback(again(), { by });
    expect(end.left).toEqual([]);
    expect(sizesOf(sandbox, "apps")[0]).toBe(3);
    sandbox.advance(120_000);
    expect(sizesOf(sandbox, "apps")).toEqual([3, 3, 6]);
  });

  test("attack-04-open-group-stale-desired: a person scales the group in the moment in which it is opened", async () => {
    const { sandbox, world } = await scene();
    scaleApps(sandbox, { minSize: 3 });
    sandbox.advance(60_000);
    const plan = await planOf(world);
    const from = sandbox.audit.length;
    const meddled = meddledWith(world, opens("apps"), () => scaleApps(sandbox, { desiredSize: 6 }));
    const end = await runMigration(meddled, plan, { by });
    expect(end.kind).toBe("completed");
    expect(endedByAws(sandbox.audit.slice(from))).toEqual([]);
    const calls = sizeCalls(sandbox.audit.slice(from));
    expect(calls.map(({ operation }) => operation)).toContain("eks:UpdateNodegroupConfig");
    for (const { detail } of calls) {
      const { AutoScalingGroupName: _, scalingConfig, ...own } = detail as Record<string, object>;
      expect(Object.keys(scalingConfig ?? own).map((key) => key.toLowerCase())).toEqual(["minsize"]);
    }
  });

  test("a group that somebody deleted meanwhile is left, and everything else is put back", async () => {
    const { sandbox, world, again } = await scene();
    const plan = await planOf(world);
    await runMigration(world, plan, { by });
    person(sandbox, "autoscaling:DeleteAutoScalingGroup", { AutoScalingGroupName: "small-batch", ForceDelete: true });
    sandbox.advance(180_000);
    const end = await rollback(again(), { by }).catch((error: unknown) => error);
    // Its pods have nowhere to go back to: the rollback says so instead of taking their nodes.
    expect(end).toMatchObject({ code: "migrate.blocked" });
    expect(sizesOf(sandbox, "apps")).toEqual([2, 3, 6]);
  });

  test("a node that joined after its group's stage is shifted by resume", async () => {
    const { sandbox, world, again } = await scene();
    const plan = await planOf(world);
    const meddled = meddledWith(
      world,
      (event) => event.kind === "stage-began" && event.stage.id === "retire",
      () => {
        const AutoScalingGroupName = str(groupOf(sandbox, "small-batch")["AutoScalingGroupName"]);
        const DesiredCapacity = Number(groupOf(sandbox, "small-batch")["DesiredCapacity"]) + 1;
        person(sandbox, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity });
        sandbox.advance(120_000);
      },
    );
    await expect(runMigration(meddled, plan, { by })).rejects.toMatchObject({
      message: expect.stringMatching(/small-batch has \d nodes, \d were to stay: ip-\S+ joined after its stage/),
    });
    expect((await resume(again(), { by })).end.kind).toBe("completed");
  });
});
