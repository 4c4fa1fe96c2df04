/** Secrets planted wherever a cluster and an account hold free text: no output of any command that reads may hold one. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";

let count = 0;
const planted = new Map<string, string>();

/** A value that nothing else holds, named after its place. */
function plant(place: string): string {
  count += 1;
  const value = `PLANTED${count}x9f8e7d6c5b4a`;
  planted.set(value, place);
  return value;
}

const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: "shop",
  labels: { app: name },
  annotations: {
    "kubectl.kubernetes.io/last-applied-configuration": `{"x":"${plant("last-applied")}"}`,
    "example.com/note": plant("annotation of an unknown domain"),
    "api-token": plant("annotation with a secret's key"),
    "karpenter.sh/password": plant("annotation of a known domain with a secret's key"),
  },
  managedFields: [{ manager: plant("managedFields") }],
  ...more,
});

const podSpec = (place: string) => ({
  containers: [
    {
      name: "c",
      image: `https://bob:${plant(`${place} image`)}@example.com/c:1`,
      command: ["sh", "-c", `mysql -p${plant(`${place} mysql -p`)} -h db; run ${plant(`${place} command`)}`],
      args: [
        `--db-pass=${plant(`${place} arg`)}`,
        "--password",
        plant(`${place} arg after flag`),
        "-u",
        `admin:${plant(`${place} -u`)}`,
      ],
      env: [
        { name: "DB", value: plant(`${place} env`) },
        { name: "MAX_TOKEN", value: plant(`${place} MAX_TOKEN`) },
        { name: "ENABLE_KEY", value: plant(`${place} ENABLE_KEY`) },
        { name: "DISABLE_PASSWORD", value: plant(`${place} DISABLE_PASSWORD`) },
        { name: "FEATURE_GATES", value: `token=${plant(`${place} within an open variable`)}` },
      ],
      readinessProbe: {
        httpGet: {
          path: `/x?token=${plant(`${place} probe path`)}`,
          port: 80,
          httpHeaders: [{ name: "X", value: plant(`${place} header`) }],
        },
      },
      livenessProbe: { exec: { command: ["check", plant(`${place} exec probe`)] } },
      lifecycle: { preStop: { exec: { command: ["curl", plant(`${place} hook`)] } } },
      resources: { requests: { cpu: "100m", memory: "128Mi" } },
    },
  ],
  volumes: [
    { name: "share", csi: { driver: "smb.csi.k8s.io", volumeAttributes: { password: plant(`${place} inline csi`) } } },
    { name: "flex", flexVolume: { driver: "x/y", options: { secret: plant(`${place} flex volume`) } } },
    { name: "nfs", nfs: { server: plant(`${place} nfs`), path: "/" } },
  ],
});

const script = (place: string) => `#!/bin/bash
export DD_API_KEY=${plant(`${place} export`)}
curl -u admin:${plant(`${place} curl -u`)} https://example.com
redis-cli -a ${plant(`${place} redis`)} ping
echo "machine example.com login bob password ${plant(`${place} netrc`)}" > ~/.netrc
mount -t cifs -o username=app,password=${plant(`${place} mount option`)} //server/share /mnt
az storage --connection "AccountName=a;AccountKey=${plant(`${place} AccountKey`)};"
curl "https://example.com/x?sig=${plant(`${place} sig`)}&X-Amz-Signature=${plant(`${place} signature`)}"
curl https://hooks.slack.com/services/T0/B0/${plant(`${place} slack`)}
agent --token ${plant(`${place} token`)} --cluster prod
echo '{"dbPass": "${plant(`${place} JSON`)}"}' > /etc/agent.json
echo ${Buffer.from(`password=${plant(`${place} base64`)}`).toString("base64")} | base64 -d > /etc/x
/etc/eks/bootstrap.sh prod
`;

const kubernetes = () => [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata("bare", { uid: "1" }),
    spec: { ...podSpec("pod"), nodeName: "n1" },
    status: {
      phase: "Running",
      message: `password=${plant("pod message")}`,
      conditions: [{ type: "Ready", status: "True", message: `token: ${plant("pod condition")}` }],
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata("web"),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: metadata("web"), spec: podSpec("deployment") },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadata("db"),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "db" } },
      template: { metadata: metadata("db"), spec: podSpec("set") },
      volumeClaimTemplates: [{ metadata: metadata("data"), spec: { accessModes: ["ReadWriteOnce"] } }],
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadata("nightly"),
    spec: {
      schedule: "* * * * *",
      jobTemplate: {
        metadata: metadata("nightly"),
        spec: { template: { metadata: metadata("nightly"), spec: podSpec("cron") } },
      },
    },
  },
  {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: metadata("press"),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "press" } },
      template: { metadata: metadata("press"), spec: podSpec("rollout") },
    },
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata("settings"),
    data: { a: plant("ConfigMap") },
    binaryData: { b: plant("binary ConfigMap") },
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata("secret"),
    data: { a: plant("Secret") },
    stringData: { b: plant("stringData") },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: metadata("share"),
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteMany"],
      mountOptions: [`password=${plant("mount options")}`],
      csi: { driver: "smb.csi.k8s.io", volumeHandle: "h", volumeAttributes: { sasToken: plant("volume attributes") } },
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: metadata("gluster"),
    provisioner: "x/y",
    mountOptions: [plant("class mount option")],
    parameters: { restuserkey: plant("class parameter") },
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: metadata("high"),
    value: 5,
    description: `password: ${plant("description")}`,
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: metadata("web"),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 3,
      metrics: [
        {
          type: "External",
          external: { metric: { name: "q", selector: { matchLabels: { token: plant("metric selector") } } } },
        },
      ],
    },
  },
  {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: metadata("default"),
    spec: { role: "x", userData: script("node class"), tags: { "api-token": plant("node class tag") } },
  },
  {
    apiVersion: "karpenter.k8s.aws/v1alpha1",
    kind: "AWSNodeTemplate",
    metadata: metadata("old"),
    spec: { userData: script("node template"), subnetSelector: { a: "b" } },
  },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      ...metadata("n1", { uid: "2" }),
      labels: {
        "eks.amazonaws.com/nodegroup": "workers",
        "node.kubernetes.io/instance-type": "m5.large",
        "topology.kubernetes.io/zone": "us-east-1a",
      },
    },
    spec: { providerID: "aws:///us-east-1a/i-0abc" },
    status: {
      capacity: { cpu: "2", memory: "8Gi", pods: "29" },
      allocatable: { cpu: "2", memory: "7Gi", pods: "29" },
      conditions: [{ type: "Ready", status: "True", message: `token=${plant("node condition")}` }],
    },
  },
];

const account = () => ({
  "describe-cluster.json": {
    cluster: {
      name: "prod",
      arn: "arn:aws:eks:us-east-1:111122223333:cluster/prod",
      resourcesVpcConfig: {},
      version: "1.32",
      tags: { "db-password": plant("cluster tag") },
    },
  },
  "describe-nodegroup.json": {
    nodegroup: {
      nodegroupName: "workers",
      clusterName: "prod",
      nodegroupArn: "arn:aws:eks:us-east-1:111122223333:nodegroup/prod/workers/x",
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
      instanceTypes: ["m5.large"],
      amiType: "CUSTOM",
      capacityType: "ON_DEMAND",
      subnets: ["subnet-1"],
      nodeRole: "arn:aws:iam::111122223333:role/node",
      launchTemplate: { id: "lt-1", version: "1" },
      resources: { autoScalingGroups: [{ name: "asg" }] },
      tags: { apiToken: plant("group tag") },
    },
  },
  "describe-auto-scaling-groups.json": {
    AutoScalingGroups: [
      {
        AutoScalingGroupName: "asg",
        MinSize: 1,
        MaxSize: 3,
        DesiredCapacity: 1,
        Tags: [
          { Key: "db_pass", Value: plant("ASG tag"), PropagateAtLaunch: true },
          { Key: "note", Value: `password=${plant("ASG tag value")}`, PropagateAtLaunch: true },
        ],
      },
    ],
  },
  "describe-launch-template-versions.json": {
    LaunchTemplateVersions: [
      {
        LaunchTemplateId: "lt-1",
        VersionNumber: 1,
        LaunchTemplateData: {
          ImageId: "ami-1",
          UserData: gzipSync(script("packed user data")).toString("base64"),
          TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "secret", Value: plant("template tag") }] }],
        },
      },
    ],
  },
  "describe-addon.json": { addon: { addonName: "x", configurationValues: `{"apiKey":"${plant("add-on")}"}` } },
});

afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
});

test("no output of a command that reads holds a planted secret", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dovetail-planted-"));
  try {
    const input = join(folder, "input");
    const out = join(folder, "out");
    mkdirSync(input);
    mkdirSync(out);
    writeFileSync(join(input, "all.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items: kubernetes() }));
    for (const [name, content] of Object.entries(account())) writeFileSync(join(input, name), JSON.stringify(content));
    const from = ["--from", input];
    const commands = [
      ["snapshot", ...from, "--out", join(out, "s.json")],
      ["snapshot", ...from, "--out", join(out, "s.json.gz")],
      ["snapshot", ...from, "--out", join(out, "t.json"), "--json"],
      ["assess", ...from, "--all"],
      ["assess", ...from, "--json"],
      ["assess", ...from, "--write-patches", join(out, "patches")],
      ["translate", ...from],
      ["translate", ...from, "--json"],
      ...["terraform", "cloudformation"].map((emit) => ["translate", ...from, "--emit", emit]),
      ["translate", ...from, "--out", join(out, "karpenter")],
      ["convert", ...from],
      ["convert", ...from, "--json"],
      ["simulate", ...from],
      ["simulate", ...from, "--json"],
      ["explain", "pod", "shop/web-0", ...from],
      ["report", ...from, "--out", join(out, "report.html")],
    ];
    for (const args of commands) {
      const said = await run(args);
      expect(leaksIn(said), args.join(" ").replaceAll(folder, "")).toEqual([]);
    }
    for (const path of walk(out)) expect(leaksIn(contentOf(path)), path.replace(folder, "")).toEqual([]);
    expect(planted.size).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

function leaksIn(text: string): readonly string[] {
  const found = new Set(text.match(/PLANTED\d+x9f8e7d6c5b4a/g));
  return [...found].map((value) => planted.get(value) ?? value);
}

async function run(args: readonly string[]): Promise<string> {
  let said = "";
  const take = (text: string | Uint8Array): boolean => Boolean((said += String(text)));
  vi.spyOn(process.stdout, "write").mockImplementation(take);
  vi.spyOn(process.stderr, "write").mockImplementation(take);
  const exit = await main(args);
  vi.restoreAllMocks();
  // A command that fails has shown nothing yet.
  expect(exit, said).toBeLessThanOrEqual(1);
  return said;
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
