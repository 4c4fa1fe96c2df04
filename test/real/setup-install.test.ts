import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SdkCloud } from "../../src/adapters/aws/cloud.ts";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { canary } from "../../src/app/install/canary.ts";
import { install } from "../../src/app/install/install.ts";
import type { InstallOptions } from "../../src/migration/install/options.ts";
import { uninstall } from "../../src/app/install/uninstall.ts";
import { setupChange, setup } from "../../src/app/setup/setup.ts";
import { undoSetup } from "../../src/app/setup/undo.ts";
import type { Cloud } from "../../src/ports/cloud.ts";
import { Fault } from "../../src/fault/fault.ts";
import type { World } from "../../src/ports/world.ts";
import { accountText, callsSince, clusterText } from "./support/account.ts";
import { whyNot } from "./support/parts.ts";
import { openPorts } from "./support/ports.ts";
import { shopCluster, startShop } from "./support/shop.ts";
import { eventually, type RealWorld } from "./support/world.ts";
import { chosenRelease } from "../../src/karpenter/chosen-release.ts";
import { objectAt, textAt } from "../../src/kube/json.ts";
import { defaultPool } from "../../src/migration/install/default-pool.ts";
import { foreignCall } from "../support/aws.ts";
import { type Plan, changesOf } from "../../src/migration/plan.ts";

const reason = whyNot();
const options = { by: "tester@here", cluster: shopCluster };
const podIdentityAgent = {
  service: "eks",
  operation: "create_addon",
  params: { clusterName: shopCluster, addonName: "eks-pod-identity-agent" },
};

function installOptions(real: RealWorld): InstallOptions {
  const release = chosenRelease(undefined);
  return {
    ...options,
    chart: join(real.parts.charts, "karpenter"),
    crdChart: join(real.parts.charts, "karpenter-crd"),
    manifests: defaultPool({ clusterName: shopCluster, nodeRole: `KarpenterNodeRole-${shopCluster}`, release }),
    timeoutMs: 120_000,
  };
}

/** Karpenter indexes what it finds at its start, so its CRDs must be there. */
function startKarpenterOnceServed(real: RealWorld, env?: NodeJS.ProcessEnv): Promise<unknown> {
  const crds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  return eventually("Karpenter's CRDs", 60_000, () =>
    real.kubectl("wait", "--for=condition=Established", "crd", ...crds, "--timeout=1s"),
  ).then(() => real.startKarpenter(env === undefined ? {} : { env }));
}

async function undo(world: World): Promise<readonly string[]> {
  const done = await undoSetup(world, options);
  return done.left.map((one) => one.reason);
}

function plannedCalls(plan: Plan): readonly string[] {
  return changesOf(plan)
    .flatMap((step) => step.calls.map((call) => call.operation))
    .filter((name) => !name.startsWith("kube:"));
}

async function madeCalls(real: RealWorld, since: number): Promise<readonly string[]> {
  const { calls } = await callsSince(real, since);
  // Node groups and their Auto Scaling groups act by themselves under the service's name.
  return calls
    .filter((one) => (textAt(one["principal"]) ?? "").endsWith(":root"))
    .map((one) => `${textAt(one["service"]) ?? ""}:${textAt(one["operation"]) ?? ""}`);
}

describe.skipIf(reason !== undefined)("setup and install with IRSA and aws-auth", () => {
  let real: RealWorld;
  let world: World;
  beforeAll(async () => {
    real = await startShop({ authenticationMode: "CONFIG_MAP" });
    ({ world } = await openPorts(real));
  });
  afterAll(() => real?.stop());

  test("go from nothing to a running Karpenter with a passed canary, and back to the first dump", async () => {
    const account = await accountText(world, shopCluster);
    const cluster = clusterText(real);
    const since = (await callsSince(real, 0)).last;
    const { plan } = await setup(world, options);
    expect(await madeCalls(real, since)).toEqual(plannedCalls(plan));
    expect(plan.stages.flatMap((stage) => stage.steps).map((step) => step.kind)).toContain("kube-aws-auth");
    expect(changesOf((await setupChange(options).prepare(world)).plan)).toEqual([]);

    const started = startKarpenterOnceServed(real);
    const { inspection } = await install(world, installOptions(real));
    await started;
    expect(inspection.problem).toBeUndefined();
    expect(inspection.releases.map((one) => [one.name, one.status])).toEqual([
      ["karpenter-crd", "deployed"],
      ["karpenter", "deployed"],
    ]);
    const flown = await canary(world, options);
    expect(flown.checks.filter((check) => !check.isOk)).toEqual([]);
    process.stderr.write(`${JSON.stringify(flown.timings)}\n`);

    const gone = await uninstall(world, options);
    expect(gone.left).toEqual([]);
    expect(await undo(world)).toEqual([]);
    expect(await accountText(world, shopCluster)).toBe(account);
    expect(clusterText(real)).toBe(cluster);
  });
});

describe.skipIf(reason !== undefined)("the classic guide's Karpenter 0.16.3", () => {
  let real: RealWorld;
  beforeAll(async () => {
    real = await startShop();
  });
  afterAll(() => real?.stop());

  test("is refused on a current cluster, and with --force set up, installed and taken back", async () => {
    const { world } = await openPorts(real);
    const account = await accountText(world, shopCluster);
    const cluster = clusterText(real);
    const old = { ...options, karpenterVersion: "0.16.3" };
    await expect(setup(world, old)).rejects.toThrow(/supports Kubernetes 1\.19 to 1\.22/);

    const forced = { ...old, force: true };
    const { plan } = await setup(world, forced);
    expect(plan.stages.flatMap((stage) => stage.steps).map((step) => step.kind)).toContain("iam-instance-profile");
    const chart = join(real.parts.charts, "karpenter-0.16.3.tgz");
    const { inspection } = await install(world, { ...forced, chart, timeoutMs: 120_000 });
    expect(inspection.problem).toBeUndefined();
    expect(inspection.pods[0]?.containers.map((one) => one.name)).toEqual(["controller", "webhook"]);
    expect(inspection.pods[0]?.containers[0]?.env).toContainEqual({
      name: "AWS_DEFAULT_INSTANCE_PROFILE",
      value: `KarpenterNodeRole-${shopCluster}`,
    });

    expect((await uninstall(world, options)).left).toEqual([]);
    expect(await undo(world)).toEqual([]);
    expect(await accountText(world, shopCluster)).toBe(account);
    // A namespace goes in its own time.
    await eventually("the first dump", 60_000, () => clusterText(real) === cluster || undefined);
  });
});

describe.skipIf(reason !== undefined)("setup with Pod Identity and access entries", () => {
  let real: RealWorld;
  let cloud: Cloud;
  let first: string;
  let last: string;
  let operations: readonly string[];
  beforeAll(async () => {
    real = await startShop({ authenticationMode: "API", calls: [podIdentityAgent] });
    const { world } = await openPorts(real);
    cloud = world.cloud;
    first = await accountText(world, shopCluster);
    const { plan } = await setup(world, options);
    operations = plannedCalls(plan);
    const kinds = plan.stages.flatMap((stage) => stage.steps).map((step) => step.kind);
    expect(kinds).toContain("eks-pod-identity");
    expect(kinds).toContain("eks-access-entry");
    last = await accountText(world, shopCluster);
    expect(await undo(world)).toEqual([]);
    expect(await accountText(world, shopCluster)).toBe(first);
  });
  afterAll(() => real?.stop());

  /** One world of the matrix: breaks setup, runs it again, compares with the clean end, and goes back to the first dump. */
  async function broken(breaking: (journal: MemoryJournal) => Promise<void>): Promise<void> {
    const journal = new MemoryJournal();
    await breaking(journal);
    await fetch(`${real.awsUrl}/_emulator/faults`, { method: "DELETE" });
    const { world } = await openPorts(real, { journal });
    try {
      await setup(world, options);
      expect(changesOf((await setupChange(options).prepare(world)).plan)).toEqual([]);
      expect(await accountText(world, shopCluster)).toBe(last);
    } finally {
      expect(await undo(world)).toEqual([]);
    }
    expect(await accountText(world, shopCluster)).toBe(first);
  }

  test("killed before and after every mutating call, a rerun ends in the same state", async () => {
    const calls = operations.length;
    for (let at = 1; at <= calls; at++) {
      for (const when of ["before", "after"] as const) {
        await broken(async (journal) => {
          const { world } = await openPorts(real, { journal, cloud: (inner) => killing(inner, at, when) });
          await expect(setup(world, options), `${when} call ${at}`).rejects.toThrow("killed");
        });
      }
    }
    process.stderr.write(`fault matrix: killed at ${calls} calls, before and after: ${2 * calls} reruns\n`);
  });

  test.each(["throttle", "responseLost"] as const)("%s of every operation ends in the same state", async (kind) => {
    const names = [...new Set(operations)];
    for (const name of names) {
      const [service, operation] = name.split(":");
      await broken(async (journal) => {
        await real.admin("faults", { kind, service, operation, times: 1 });
        const { world } = await openPorts(real, { journal });
        // The SDK or the runner calls again by itself; what neither survives, the rerun does.
        await setup(world, options).catch((error: unknown) => {
          if (!(error instanceof Fault)) throw error;
        });
      });
    }
    process.stderr.write(`fault matrix: ${kind} of ${names.length} operations\n`);
  });

  test("denied, every operation is named, and a rerun with the permission ends in the same state", async () => {
    const names = [...new Set(operations)];
    for (const name of names) {
      const [service, operation] = name.split(":");
      await broken(async (journal) => {
        await real.admin("faults", { kind: "accessDenied", service, operation });
        const { world } = await openPorts(real, { journal });
        const error: unknown = await setup(world, options).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Fault);
        expect(String(error)).toContain(name);
      });
    }
    process.stderr.write(`fault matrix: ${names.length} operations denied\n`);
  });

  test("says before the first write what the caller may not do", async () => {
    const UserName = "half";
    const half = { Effect: "Allow", NotAction: ["sqs:CreateQueue", "events:*"], Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [half] });
    await foreignCall(cloud, "iam:CreateUser", { UserName });
    await foreignCall(cloud, "iam:PutUserPolicy", { UserName, PolicyName: "half", PolicyDocument });
    const key = objectAt((await foreignCall(cloud, "iam:CreateAccessKey", { UserName }))["AccessKey"]);
    const keys = [textAt(key["AccessKeyId"]) ?? "", textAt(key["SecretAccessKey"]) ?? ""] as const;
    const { world } = await openPorts(real, { keys });
    // Reading the rules is what this caller may not do either: it asks as root, and simulates for the user.
    const asUser: World = {
      ...world,
      cloud: {
        ...bound(cloud),
        read: (operation, input) =>
          operation === "sts:GetCallerIdentity" ? world.cloud.read(operation, input) : cloud.read(operation, input),
      },
    };
    const error: unknown = await setup(asUser, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "setup.permissions" });
    expect(String(error)).toContain("sqs:CreateQueue on arn:aws:sqs:us-east-1:123456789012:shop-prod");
    expect(String(error)).toContain("events:PutRule on ");
    expect(String(error)).not.toContain("iam:CreateRole");
    expect(await accountText(asUser, shopCluster)).toBe(first);
    await openPorts(real);
  });

  test("goes through to a canary under the controller's own permissions, which reach no further", async () => {
    const { world } = await openPorts(real);
    await setup(world, options);
    const env = await controllerKeys(cloud);
    await real.admin("settings", { enforceIam: true });
    try {
      const started = startKarpenterOnceServed(real, env);
      await install(world, installOptions(real));
      await started;
      const flown = await canary(world, options);
      expect(flown.hasPassed).toBe(true);
      await refusedBeyond(env, cloud, real);
      await uninstall(world, options);
    } finally {
      await real.admin("settings", { enforceIam: false });
    }
    expect(await undo(world)).toEqual([]);
    expect(await accountText(world, shopCluster)).toBe(first);
  });
});

/** A process that dies at its n-th mutating call: before AWS hears of it, or after it was done and before the answer. */
function killing(inner: Cloud, at: number, when: "before" | "after"): Cloud {
  let writes = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new Error("killed");
  };
  return {
    region: inner.region,
    read: (operation, input) => (isDead ? die() : inner.read(operation, input)),
    async write(operation, input) {
      if (isDead || (++writes === at && when === "before")) die();
      const answer = await inner.write(operation, input);
      if (writes === at) die();
      return answer;
    },
    all: (operation, input, items) => (isDead ? die() : inner.all(operation, input, items)),
    allNames: (operation, input, items) => (isDead ? die() : inner.allNames(operation, input, items)),
  };
}

function bound(cloud: Cloud): Cloud {
  return {
    region: cloud.region,
    read: (operation, input) => cloud.read(operation, input),
    write: (operation, input) => cloud.write(operation, input),
    all: (operation, input, items) => cloud.all(operation, input, items),
    allNames: (operation, input, items) => cloud.allNames(operation, input, items),
  };
}

async function controllerKeys(cloud: Cloud): Promise<Record<string, string>> {
  const RoleArn = `arn:aws:iam::123456789012:role/KarpenterControllerRole-${shopCluster}`;
  const answer = await foreignCall(cloud, "sts:AssumeRole", { RoleArn, RoleSessionName: "karpenter" });
  const keys = objectAt(answer["Credentials"]);
  return {
    AWS_ACCESS_KEY_ID: textAt(keys["AccessKeyId"]) ?? "",
    AWS_SECRET_ACCESS_KEY: textAt(keys["SecretAccessKey"]) ?? "",
    AWS_SESSION_TOKEN: textAt(keys["SessionToken"]) ?? "",
  };
}

/** What the controller must not do: end an instance that Karpenter did not tag, or hand a role of somebody else to an instance. */
async function refusedBeyond(env: Readonly<Record<string, string>>, admin: Cloud, real: RealWorld): Promise<void> {
  const groups = await admin.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
  const instances = groups[0]?.["Instances"];
  const InstanceId = Array.isArray(instances) ? (textAt(objectAt(instances[0])["InstanceId"]) ?? "") : "";
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const own = new SdkCloud(real.region, {});
    await expect(foreignCall(own, "ec2:TerminateInstances", { InstanceIds: [InstanceId] })).rejects.toThrow(
      /UnauthorizedOperation/,
    );
    const tags = [
      { Key: `kubernetes.io/cluster/${shopCluster}`, Value: "owned" },
      { Key: "eks:eks-cluster-name", Value: shopCluster },
      { Key: "topology.kubernetes.io/region", Value: real.region },
      { Key: "karpenter.k8s.aws/ec2nodeclass", Value: "x" },
    ];
    await own.write("iam:CreateInstanceProfile", { InstanceProfileName: "probe", Tags: tags });
    const other = { InstanceProfileName: "probe", RoleName: `${shopCluster}-cluster` };
    await expect(own.write("iam:AddRoleToInstanceProfile", other)).rejects.toThrow(/AccessDenied/);
    await own.write("iam:DeleteInstanceProfile", { InstanceProfileName: "probe" });
    await expect(own.write("iam:CreateRole", { RoleName: "x", AssumeRolePolicyDocument: "{}" })).rejects.toThrow(
      /AccessDenied/,
    );
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
