import { describe, expect, test } from "vitest";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { install } from "../../src/app/install/install.ts";
import { prepareUninstall, uninstall } from "../../src/app/install/uninstall.ts";
import { changesOf } from "../../src/app/setup/plan.ts";
import { prepareSetup, setup } from "../../src/app/setup/setup.ts";
import { prepareUndo, undoSetup } from "../../src/app/setup/undo.ts";
import { manifests } from "../support/karpenter.ts";

const options = { by: "tester@here" };

describe("setup and install on the sandbox", () => {
  test("make everything once, and take all of it back", async () => {
    const { world } = await openSandbox({ name: "clean" });
    const made = await setup(world, options);
    expect(made.changed.length).toBeGreaterThan(10);
    expect(changesOf((await prepareSetup(world, options)).plan)).toEqual([]);

    const pools = manifests("KarpenterNodeRole-orchard-prod", "orchard-prod");
    const installed = await install(world, { ...options, manifests: pools });
    expect(installed.inspection.problem).toBeUndefined();
    expect(installed.inspection.nodePools.map((pool) => pool.isHeld)).toEqual([true]);

    const gone = await uninstall(world, await prepareUninstall(world, options), options);
    expect(gone.left).toEqual([]);
    const undone = await undoSetup(world, await prepareUndo(world, options), options);
    expect(undone.left).toEqual([]);
    expect(changesOf((await prepareSetup(world, options)).plan).length).toBe(made.changed.length);
  });
});
