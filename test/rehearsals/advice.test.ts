/** Every message's next command leads on: what a stop says is done by machine, five times at most, and must end somewhere. */
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/fault/fault.ts";
import { resume, rollback } from "../../src/app/migrate/migrate.ts";
import { runMigration } from "../../src/app/migrate/run.ts";
import type { RunEvent } from "../../src/ports/run-event.ts";
import { str } from "../../src/twin/store/objects.ts";
import { by } from "../support/migration.ts";
import { groupOf, meddledWith, person, planOf, scene, type Scene } from "./people.ts";

/** The first command that a hint names, with the nodes that it says may stay. */
function commandIn(hint: string): { readonly name: string; readonly keep: ReadonlyMap<string, number> } {
  const [, name = "", , group, size] = /`dovetail (\w+)( --keep '?([\w-]+)=(\d+)'?)?`/.exec(hint) ?? [];
  return { name, keep: group === undefined ? new Map() : new Map([[group, Number(size)]]) };
}

/** Runs a command, and then what each stop says, until it ends. Answers the commands, the last end included. */
async function followed({ again }: Scene, first: () => Promise<string>): Promise<readonly string[]> {
  const trail: string[] = [];
  let next = first;
  for (let step = 1; step <= 5; step++) {
    try {
      trail.push(await next());
      return trail;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { name, keep } = commandIn(error.hint ?? "");
      trail.push(`${error.code}: ${name}`);
      next = async () => {
        if (name === "resume") return (await resume(again(), { by, keep })).end.kind;
        if (name === "rollback") return (await rollback(again(), { by })).kind;
        if (name === "migrate") return (await runMigration(again(), await planOf(again()), { by })).kind;
        throw new Error(`no command to follow in: ${error.hint ?? ""}`);
      };
    }
  }
  return trail;
}

const begins = (id: string) => (event: RunEvent) => event.kind === "step-began" && event.step.id === id;

describe("attack-14-advice-that-leads-in-circles", () => {
  test("a group that was resized while the plan was on the screen", async () => {
    const all = await scene();
    const plan = await planOf(all.world);
    person(all.sandbox, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: "small-batch", MaxSize: 5 });
    const trail = await followed(all, async () => (await runMigration(all.world, plan, { by })).kind);
    expect(trail).toEqual(["step.blocked: migrate", "completed"]);
  });

  test("a node that joined its group after its stage", async () => {
    const all = await scene();
    const { sandbox, world } = all;
    const plan = await planOf(world);
    const meddled = meddledWith(world, begins("retire/small-batch"), () => {
      const group = groupOf(sandbox, "small-batch");
      const AutoScalingGroupName = str(group["AutoScalingGroupName"]);
      const DesiredCapacity = Number(group["DesiredCapacity"]) + 1;
      person(sandbox, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity });
      sandbox.advance(120_000);
    });
    const trail = await followed(all, async () => (await runMigration(meddled, plan, { by })).kind);
    expect(trail).toEqual(["step.blocked: resume", "completed"]);
  });

  test("the same, where the person wants to keep it", async () => {
    const all = await scene();
    const { sandbox, world, again } = all;
    const plan = await planOf(world);
    const meddled = meddledWith(world, begins("retire/small-batch"), () => {
      const AutoScalingGroupName = str(groupOf(sandbox, "small-batch")["AutoScalingGroupName"]);
      person(sandbox, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName, DesiredCapacity: 3 });
      sandbox.advance(120_000);
    });
    await expect(runMigration(meddled, plan, { by })).rejects.toMatchObject({ code: "step.blocked" });
    const { end } = await resume(again(), { by, keep: new Map([["small-batch", 3]]) });
    expect(end.kind).toBe("completed");
    expect(groupOf(sandbox, "small-batch")["DesiredCapacity"]).toBe(3);
  });

  test("a node that is uncordoned while it is drained", async () => {
    const all = await scene();
    const { sandbox, world } = all;
    const plan = await planOf(world);
    const meddled = meddledWith(
      world,
      (event) => event.kind === "evicted",
      (event) => {
        if (event.kind !== "evicted") return;
        const ref = { resource: "nodes" as const, name: event.node };
        sandbox.store.patch("kured", ref, { type: "merge", body: { spec: { unschedulable: null } } });
      },
    );
    const trail = await followed(all, async () => (await runMigration(meddled, plan, { by })).kind);
    expect(trail.at(-1)).toBe("completed");
  });

  test("no capacity for Karpenter, once", async () => {
    const all = await scene();
    const { sandbox, world } = all;
    const plan = await planOf(world);
    sandbox.faults.add({ kind: "no-capacity" });
    const first = async (): Promise<string> => {
      try {
        return (await runMigration(world, plan, { by })).kind;
      } finally {
        sandbox.faults.clear();
      }
    };
    const trail = await followed(all, first);
    expect(["completed", "rolled-back"]).toContain(trail.at(-1));
  });

  test("Cluster Autoscaler that somebody scaled up again is taken back by a rollback", async () => {
    const all = await scene();
    const { sandbox, world, again } = all;
    const plan = await planOf(world);
    const meddled = meddledWith(
      world,
      (event) => event.kind === "evicted",
      () => {
        const found = sandbox.store.all("deployments").find((one) => one.metadata.name.includes("cluster-autoscaler"));
        const ref = { resource: "deployments" as const, namespace: "kube-system", name: found?.metadata.name ?? "" };
        sandbox.store.patch("gitops", ref, { type: "merge", body: { spec: { replicas: 1 } } });
      },
    );
    await expect(runMigration(meddled, plan, { by })).rejects.toMatchObject({ code: "migrate.guard" });
    expect((await rollback(again(), { by })).left).toEqual([]);
  });
});
