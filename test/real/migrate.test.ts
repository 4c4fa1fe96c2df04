import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { World } from "../../src/ports/world.ts";
import { clusterText } from "./support/account.ts";
import { type CliEnd, dovetail } from "./support/cli.ts";
import { whyNot } from "./support/parts.ts";
import { openPorts } from "./support/ports.ts";
import { pendingPods, shopCluster, startShop } from "./support/shop.ts";
import { eventually, type RealWorld } from "./support/world.ts";
import { objectAt, textAt } from "../../src/kube/json.ts";

const reason = whyNot();
const confirm = ["--confirm", shopCluster];

/** Karpenter indexes what it finds at its start, so its CRDs must be there. */
function startKarpenterOnceServed(real: RealWorld): Promise<unknown> {
  const crds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  return eventually("Karpenter's CRDs", 120_000, () =>
    real.kubectl("wait", "--for=condition=Established", "crd", ...crds, "--timeout=1s"),
  ).then(() => real.startKarpenter());
}

/** Everything that a rollback must bring back. Names of instances, nodes and pods are not among it, nor is the journal itself. */
async function restorableText(real: RealWorld, world: World): Promise<string> {
  const groups = await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
  const nodegroups = await world.cloud.allNames("eks:ListNodegroups", { clusterName: shopCluster }, "nodegroups");
  const described = await Promise.all(
    nodegroups.map(async (nodegroupName) => {
      const answer = await world.cloud.read("eks:DescribeNodegroup", { clusterName: shopCluster, nodegroupName });
      const { scalingConfig, labels, taints, status } = objectAt(answer["nodegroup"]);
      return { nodegroupName, scalingConfig, labels, taints, status };
    }),
  );
  const pools = (await world.cluster.list("nodepools")).map((pool) => ({
    name: pool.metadata.name,
    annotations: Object.fromEntries(
      Object.entries(pool.metadata.annotations ?? {}).filter(([key]) => key.startsWith("dovetail")),
    ),
    spec: (pool as unknown as { spec: unknown }).spec,
  }));
  const deployments = (await world.cluster.list("deployments")).map((one) => [
    one.metadata.name,
    one.spec.replicas,
    one.status?.["readyReplicas"],
  ]);
  const nodes = (await world.cluster.list("nodes")).map((node) => [
    node.metadata.labels?.["eks.amazonaws.com/nodegroup"] ??
      node.metadata.labels?.["karpenter.sh/nodepool"] ??
      "legacy",
    node.spec?.unschedulable ?? false,
  ]);
  const dump = {
    groups: groups.map(({ AutoScalingGroupName, MinSize, MaxSize, DesiredCapacity, SuspendedProcesses, Tags }) => ({
      AutoScalingGroupName,
      MinSize,
      MaxSize,
      DesiredCapacity,
      SuspendedProcesses,
      Tags,
    })),
    described,
    pools,
    deployments,
    nodes: nodes.map((node) => JSON.stringify(node)).toSorted(),
    claims: (await world.cluster.list("nodeclaims")).length,
    priorities: (await world.cluster.list("priorityclasses")).map((one) => one.metadata.name).toSorted(),
    objects: clusterText(real)
      .split("\n")
      .filter((line) => !line.includes("dovetail-journal")),
  };
  return JSON.stringify(dump, undefined, 1);
}

describe.skipIf(reason !== undefined)("a cut-over on the real parts", () => {
  let real: RealWorld;
  let world: World;
  let before: string;

  const run = async (args: readonly string[], killWhen?: (output: string) => boolean): Promise<CliEnd> => {
    const end = await dovetail(real, args, killWhen === undefined ? {} : { killWhen });
    if (process.env["DOVETAIL_SHOW"] !== undefined) {
      process.stderr.write(
        `\n$ dovetail ${args.join(" ")}\n${end.stderr}${end.stdout}(exit ${end.exit ?? end.signal})\n`,
      );
    }
    return end;
  };

  beforeAll(async () => {
    real = await startShop();
    ({ world } = await openPorts(real));
    const set = await run(["setup", "--yes"]);
    expect(set.exit, set.stderr).toBe(0);
    const charts = [
      "--chart",
      join(real.parts.charts, "karpenter"),
      "--crd-chart",
      join(real.parts.charts, "karpenter-crd"),
    ];
    const [installed] = await Promise.all([run(["install", "--yes", ...charts]), startKarpenterOnceServed(real)]);
    expect(installed.exit, installed.stderr).toBe(0);
    before = await restorableText(real, world);
  });
  afterAll(() => real?.stop());

  test("goes through although it is killed three times in the shift, beside an unmodified kubectl", async () => {
    const first = await run(["migrate", ...confirm], (output) => /evict \d+ pods? from .* of batch/.test(output));
    expect(first.signal).toBe("SIGKILL");
    const status = await run(["status"]);
    expect(status.stdout).toContain("shift batch");

    const second = await run(["resume"], (output) => /terminate .* of web, desired size down/.test(output));
    expect(second.signal).toBe("SIGKILL");
    const wave = real.kubectl("get", "nodes", "-o", "name", "--field-selector", "spec.unschedulable=true");
    const [cordoned = ""] = wave.split("\n");
    expect(real.kubectl("describe", cordoned)).toMatch(/Unschedulable:\s+true/);
    const drained = real.kubectl("drain", cordoned, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s");
    expect(drained).toContain("drained");

    const third = await run(["resume"], (output) => /bring up room for \d+ pods? of .* of legacy/.test(output));
    expect(third.signal).toBe("SIGKILL");
    const last = await run(["resume"]);
    expect(last.exit, last.stderr + last.stdout).toBe(0);

    expect(pendingPods(real)).toBe(0);
    expect(real.kubectl("get", "events", "-A", "--field-selector", "reason=NodeNotReady", "-o", "name")).toBe("");
    const verified = await run(["verify"]);
    expect(verified.exit, verified.stdout).toBe(0);
    const groups = await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
    const sizes = Object.fromEntries(
      groups.map((group) => [
        (textAt(group["AutoScalingGroupName"]) ?? "").replace(/^eks-(\w+)-.*/, "$1"),
        group["DesiredCapacity"],
      ]),
    );
    // Karpenter's own two replicas need two nodes that Karpenter does not manage.
    expect(Object.values(sizes).reduce<number>((sum, size) => sum + Number(size), 0)).toBe(2);
  });

  test("is rolled back from the end to the first dump", async () => {
    const back = await run(["rollback", ...confirm]);
    expect(back.exit, back.stderr + back.stdout).toBe(0);
    await eventually("all pods running", 60_000, () => pendingPods(real) === 0 || undefined);
    expect(await restorableText(real, world)).toBe(before);
  });

  test("is rolled back from the middle to the first dump, although the rollback is killed too", async () => {
    const forward = await run(["migrate", ...confirm], (output) =>
      /terminate .* of web, desired size down/.test(output),
    );
    expect(forward.signal).toBe("SIGKILL");
    const killed = await run(["rollback", ...confirm], (output) =>
      /bring the capacity of .* of batch back/.test(output),
    );
    expect(killed.signal).toBe("SIGKILL");
    const back = await run(["rollback", ...confirm]);
    expect(back.exit, back.stderr + back.stdout).toBe(0);
    await eventually("all pods running", 60_000, () => pendingPods(real) === 0 || undefined);
    expect(await restorableText(real, world)).toBe(before);
  });
});
