import { describe, expect, test } from "vitest";
import { openSandbox, type OpenSandbox } from "../../src/adapters/sandbox/open.ts";
import { installChange } from "../../src/app/install/install.ts";
import { uninstallChange } from "../../src/app/install/uninstall.ts";
import type { SetupOptions } from "../../src/migration/setup/options.ts";
import { setupChange, setup } from "../../src/app/setup/setup.ts";
import type { JsonObject } from "../../src/kube/objects.ts";
import type { Cloud } from "../../src/ports/cloud.ts";
import { Fault } from "../../src/fault/fault.ts";
import type { World } from "../../src/ports/world.ts";
import { manifests } from "../support/karpenter.ts";
import { objectAt } from "../../src/kube/json.ts";
import { refusalsOf } from "../../src/migration/plan.ts";

const options: SetupOptions = { by: "tester@here" };

/** The world with some answers of AWS changed. */
function answering(world: World, change: (operation: string, answer: JsonObject) => JsonObject): World {
  const { cloud } = world;
  const changed: Cloud = {
    region: cloud.region,
    read: async (operation, input) => change(operation, await cloud.read(operation, input)),
    write: (operation, input) => cloud.write(operation, input),
    all: async (operation, input, items) => {
      const answer = change(operation, { [items]: await cloud.all(operation, input, items) });
      const list = answer[items];
      return Array.isArray(list) ? list.map((one) => objectAt(one)) : [];
    },
    allNames: (operation, input, items) => cloud.allNames(operation, input, items),
  };
  return { ...world, cloud: changed };
}

function changingCluster(change: JsonObject): (world: World) => World {
  return (world) =>
    answering(world, (operation, answer) =>
      operation === "eks:DescribeCluster" ? { cluster: { ...objectAt(answer["cluster"]), ...change } } : answer,
    );
}

function changing(operation: string, to: JsonObject): (world: World) => World {
  return (world) => answering(world, (name, answer) => (name === operation ? to : answer));
}

async function role(world: World, RoleName: string): Promise<void> {
  await world.cloud.write("iam:CreateRole", { RoleName, AssumeRolePolicyDocument: "{}" });
}

async function deployment(open: OpenSandbox): Promise<void> {
  const labels = { app: "karpenter" };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: "c", image: "public.ecr.aws/karpenter/controller:1.5.0" }] },
  };
  await open.world.cluster.create("deployments", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "karpenter", namespace: "kube-system" },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  });
}

interface Case {
  readonly name: string;
  readonly code: string;
  readonly says: RegExp;
  readonly world?: (world: World) => World;
  readonly before?: (open: OpenSandbox) => Promise<void>;
  readonly options?: Partial<SetupOptions>;
}

const cases: readonly Case[] = [
  {
    name: "credentials of another account",
    code: "setup.wrong-account",
    says: /credentials to 999988887777/,
    world: changing("sts:GetCallerIdentity", { Account: "999988887777", Arn: "arn:aws:iam::999988887777:root" }),
  },
  {
    name: "a kubeconfig of another cluster",
    code: "setup.wrong-cluster",
    says: /answers at https:\/\/other/,
    world: changingCluster({ endpoint: "https://other.eks.amazonaws.com" }),
    options: { cluster: "orchard-prod" },
  },
  {
    name: "a cluster that is not ACTIVE",
    code: "setup.not-active",
    says: /is UPDATING, not ACTIVE/,
    world: changingCluster({ status: "UPDATING" }),
  },
  {
    name: "a cluster that does not exist",
    code: "setup.no-cluster",
    says: /nope does not exist/,
    options: { cluster: "nope" },
  },
  {
    name: "Auto Mode",
    code: "setup.refused",
    says: /uses EKS Auto Mode/,
    world: changingCluster({ computeConfig: { enabled: true } }),
  },
  {
    name: "another Karpenter",
    code: "setup.refused",
    says: /Karpenter runs already as kube-system\/karpenter/,
    before: deployment,
  },
  {
    name: "a release too old for the cluster",
    code: "setup.refused",
    says: /supports Kubernetes 1\.19 to 1\.22/,
    options: { karpenterVersion: "0.16.3" },
  },
  {
    name: "a release that nobody knows",
    code: "usage.unknown-karpenter",
    says: /9\.9\.9/,
    options: { karpenterVersion: "9.9.9" },
  },
  {
    name: "Pod Identity without its agent",
    code: "usage.no-pod-identity-agent",
    says: /does not run the EKS Pod Identity Agent/,
    options: { identity: "pod-identity" },
  },
  {
    name: "a node group that does not exist",
    code: "usage.no-node-group",
    says: /no node group nope/,
    options: { nodeGroups: ["nope"] },
  },
  {
    name: "a role name that IAM rejects",
    code: "setup.refused",
    says: /has 70 characters; IAM allows 64/,
    options: { nodeRole: "n".repeat(70) },
  },
  {
    name: "a role to reuse that does not exist",
    code: "setup.refused",
    says: /role nobody does not exist/,
    options: { nodeRole: "nobody" },
  },
  {
    name: "a role of that name owned by someone else",
    code: "setup.refused",
    says: /was not made by Dovetail/,
    before: (open) => role(open.world, "KarpenterControllerRole-orchard-prod"),
  },
  {
    name: "permissions that are missing",
    code: "setup.permissions",
    says: /iam:CreateRole on arn:aws:iam::111122223333:role/,
    world: (world) =>
      answering(
        changing("sts:GetCallerIdentity", { Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/anna" })(
          world,
        ),
        (name, answer) =>
          name === "iam:SimulatePrincipalPolicy"
            ? {
                EvaluationResults: [
                  { EvalActionName: "iam:CreateRole", EvalDecision: "implicitDeny", MissingContextValues: [] },
                ],
              }
            : answer,
      ),
  },
  {
    name: "no room for more roles",
    code: "setup.quota",
    says: /1000 of 1000 roles/,
    world: changing("iam:GetAccountSummary", { SummaryMap: { Roles: 1000, RolesQuota: 1000 } }),
  },
];

describe("setup changes nothing and says why", () => {
  test.each(cases)("given $name", async (one) => {
    const open = await openSandbox({ name: "clean" });
    await one.before?.(open);
    const writes = open.sandbox.faults.writes;
    const world = one.world?.(open.world) ?? open.world;
    const error: unknown = await setup(world, { ...options, ...one.options }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Fault);
    if (!(error instanceof Fault)) return;
    expect(error.code).toBe(one.code);
    expect(error.message).toMatch(one.says);
    expect(error.hint).toBeTruthy();
    expect(open.sandbox.faults.writes).toBe(writes);
  });

  test("given a no", async () => {
    const { sandbox, world } = await openSandbox({ name: "clean" });
    const host = { ...world.host, confirm: () => Promise.resolve(false) };
    await expect(setup({ ...world, host }, options)).rejects.toMatchObject({ code: "declined", blame: "declined" });
    expect(sandbox.faults.writes).toBe(0);
  });

  test("given other options than a setup that was stopped", async () => {
    const { sandbox, world } = await openSandbox({ name: "clean" });
    sandbox.faults.add({ kind: "forbidden", match: "sqs:CreateQueue" });
    await expect(setup(world, options)).rejects.toThrow(/sqs:CreateQueue/);
    sandbox.faults.clear();
    const other = { ...options, discoveryTags: false };
    await expect(setupChange(other).prepare(world)).rejects.toMatchObject({ code: "usage.unfinished-setup" });
  });
});

describe("what others did is left and named", () => {
  test("a policy attached to the node role since", async () => {
    const { undoSetup } = await import("../../src/app/setup/undo.ts");
    const { world } = await openSandbox({ name: "clean" });
    await setup(world, options);
    const RoleName = "KarpenterNodeRole-orchard-prod";
    await world.cloud.write("iam:AttachRolePolicy", {
      RoleName,
      PolicyArn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    });
    const { left } = await undoSetup(world, options);
    expect(left.map((one) => one.reason)).toEqual([
      `role ${RoleName} has been given more since: policy arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess`,
    ]);
  });

  test("a queue of that name with another policy refuses instead of being taken over", async () => {
    const { world } = await openSandbox({ name: "clean" });
    await world.cloud.write("sqs:CreateQueue", { QueueName: "orchard-prod", Attributes: {} });
    const { plan } = await setupChange(options).prepare(world);
    expect(refusalsOf(plan).map((one) => one.reason)).toEqual([
      "queue orchard-prod exists with another policy and was not made by Dovetail",
    ]);
  });

  test("a subnet tagged for another cluster refuses", async () => {
    const { world } = await openSandbox({ name: "clean" });
    const [subnet] = await world.cloud.all("ec2:DescribeSubnets", {}, "Subnets");
    const ids = (await setupChange(options).prepare(world)).facts.network.subnets.map((one) => one.id);
    expect(subnet).toBeDefined();
    await world.cloud.write("ec2:CreateTags", {
      Resources: [ids[0] ?? ""],
      Tags: [{ Key: "karpenter.sh/discovery", Value: "other" }],
    });
    const { plan } = await setupChange(options).prepare(world);
    expect(refusalsOf(plan)[0]?.reason).toContain("carries karpenter.sh/discovery of another cluster");
  });
});

describe("install changes nothing and says why", () => {
  test("given no setup", async () => {
    const { sandbox, world } = await openSandbox({ name: "clean" });
    await expect(installChange(options).prepare(world)).rejects.toMatchObject({ code: "install.no-setup" });
    expect(sandbox.faults.writes).toBe(0);
  });

  test("given CRDs of another release", async () => {
    const { world } = await openSandbox({ name: "clean" });
    await setup(world, options);
    await world.charts.install({
      release: "crds",
      namespace: "other",
      chart: "oci://public.ecr.aws/karpenter/karpenter-crd",
      version: "1.0.0",
      values: {},
      timeoutMs: 1000,
    });
    const { plan } = await installChange({ ...options, manifests: manifests("r", "orchard-prod") }).prepare(world);
    expect(refusalsOf(plan)[0]?.reason).toMatch(/CRDs belong to another owner: .*other\/crds/);
    expect(refusalsOf(plan)[0]?.fix).toContain("kubectl annotate crd");
  });

  test("given no installation, uninstall has nothing to do", async () => {
    const { world } = await openSandbox({ name: "clean" });
    expect((await uninstallChange(options).prepare(world)).steps).toEqual([]);
  });
});
