import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSandbox, resetSandbox } from "./open.ts";

const folderOf = (): Promise<string> => mkdtemp(join(tmpdir(), "sandbox-"));

test("looking at a sandbox leaves no file behind", async () => {
  const stateFolder = await folderOf();
  const open = await openSandbox({ name: "clean", stateFolder });
  await open.world.cluster.list("nodes");
  await open.save();
  expect(await readdir(stateFolder)).toEqual([]);
});

test("the next command goes on where the last one stopped, byte for byte, as if it were one", async () => {
  const stateFolder = await folderOf();
  const act = async (open: Awaited<ReturnType<typeof openSandbox>>, name: string): Promise<void> => {
    await open.world.cluster.patch({ resource: "deployments", namespace: "storefront", name }, "merge", {
      spec: { replicas: 9 },
    });
    await open.world.clock.sleep(7_300);
    await open.save();
  };
  await act(await openSandbox({ name: "clean", stateFolder }), "web");
  const second = await openSandbox({ name: "clean", stateFolder });
  await act(second, "cart");
  const together = await openSandbox({ name: "clean" });
  await act(together, "web");
  await act(together, "cart");
  const pods = (open: typeof second): unknown => open.sandbox.save().store.objects.pods;
  expect(pods(second)).toEqual(pods(together));
});

test("another seed than that of a kept sandbox is refused; after a reset it begins anew", async () => {
  const stateFolder = await folderOf();
  const first = await openSandbox({ name: "clean", stateFolder, seed: 5 });
  await first.world.clock.sleep(1000);
  await first.save();
  await expect(openSandbox({ name: "clean", stateFolder, seed: 6 })).rejects.toMatchObject({
    code: "usage.sandbox-seed",
  });
  expect(await resetSandbox(stateFolder, "clean")).toHaveLength(1);
  const again = await openSandbox({ name: "clean", stateFolder, seed: 6 });
  expect(again.sandbox.save().seed).toBe(6);
});

test("an unknown sandbox is a usage fault that names the known ones", async () => {
  await expect(openSandbox({ name: "cleen" })).rejects.toMatchObject({
    hint: expect.stringContaining("clean, traps, classic"),
  });
});
