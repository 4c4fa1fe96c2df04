import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { node, pdb, pod, running } from "../../../test/support/builders.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Host } from "../../ports/host.ts";
import type { RedactedSnapshot } from "../../snapshot/snapshot.ts";
import { writeSnapshot } from "./snapshot-file.ts";
import { diskReader } from "./source.ts";
import type { RunEvent } from "../../ports/run-event.ts";
import { silentHost } from "../sandbox/open.ts";

let folder = "";
const told: RunEvent[] = [];
const host: Host = silentHost(told);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-source-"));
  told.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function read(path: string, stdin: Readable = Readable.from([])): Promise<RedactedSnapshot> {
  return diskReader({ path, stdin, nowMs: 1_000_000 }).read(host);
}

const list = (items: readonly unknown[], kind = "List"): unknown => ({
  apiVersion: "v1",
  kind,
  metadata: { resourceVersion: "" },
  items,
});
const shop = running({ name: "web", namespace: "shop", replicas: 2 });
const everything: readonly KubeObject[] = [
  node({ name: "n1" }),
  ...(shop.deployments ?? []),
  ...(shop.replicasets ?? []),
  ...shop.pods,
  pdb({ name: "web", namespace: "shop", maxUnavailable: 1, matchLabels: { app: "web" } }),
];

test("JSON, YAML, multi-document, gz, subfolders and streams give the same objects", async () => {
  const pretty = JSON.stringify(list(everything), undefined, 4);
  const sources = [
    read(file("a/dump.json", pretty)),
    read(file("b/dump.yaml", stringify(list(everything), { aliasDuplicateObjects: false }))),
    read(file("c/dump.yaml", everything.map((one) => `---\n${stringify(one)}`).join(""))),
    read(file("d/dump.json.gz", gzipSync(pretty))),
    read(file("e/dump.json", Buffer.from(`\uFEFF${pretty}`, "utf16le"))),
    read(file("f/dump.yaml", Buffer.from(`\uFEFF${stringify(list(everything))}`, "utf16le").swap16())),
    read("-", Readable.from([Buffer.from(pretty)])),
    read(file("e/lines.jsonl", everything.map((one) => JSON.stringify(one)).join("\n"))),
    read(file("f/indented.yaml", stringify(list(everything), { indentSeq: true, aliasDuplicateObjects: false }))),
  ];
  for (const [i, one] of everything.entries()) file(`g/sub${i % 2}/${i}.yml`, stringify(one));
  sources.push(read(join(folder, "g")));
  const [first, ...others] = await Promise.all(sources);
  expect(first?.objects.pods).toHaveLength(2);
  expect(first?.objects.nodes?.[0]?.metadata.name).toBe("n1");
  for (const other of others) expect(other.objects).toEqual(first?.objects);
});

test("pieces may cut JSON anywhere, inside texts with quotes and braces too", async () => {
  const tricky = pod({ name: "tricky", annotations: { a: 'x"}],{\\"', "karpenter.sh/b": "ü€" } });
  const text = Buffer.from(JSON.stringify(list([tricky, pod({ name: "z" })])));
  for (const size of [1, 2, 3, 7]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.subarray(i * size, (i + 1) * size),
    );
    const found = await read("-", Readable.from(pieces));
    expect(found.objects.pods?.map((one) => one.metadata.annotations?.["karpenter.sh/b"])).toEqual(["ü€", undefined]);
  }
});

test("a typed list names the kind of its items, before or after them; an empty one says none there", async () => {
  const { apiVersion: _, kind: __, ...bare } = pod({ name: "bare" });
  const found = await read(file("raw.json", JSON.stringify({ items: [bare], kind: "PodList", apiVersion: "v1" })));
  expect(found.objects.pods?.[0]).toMatchObject({ kind: "Pod", metadata: { name: "bare" } });
  file("d/pods.json", JSON.stringify(list([pod({})])));
  file("d/pdb.yaml", "apiVersion: v1\nitems: []\nkind: List\nmetadata: {}\n");
  const empty = await read(join(folder, "d"));
  expect(empty.objects.poddisruptionbudgets).toEqual([]);
  expect(empty.gaps.map((gap) => gap.what)).toContain("nodes");
  expect(empty.gaps.map((gap) => gap.what)).not.toContain("poddisruptionbudgets");
});

test("what the dumps do not hold is a gap, and their age is the newest file's", async () => {
  const path = file("old.json", JSON.stringify(list([pod({})])));
  utimesSync(path, new Date("2026-01-02T03:04:05Z"), new Date("2026-01-02T03:04:05Z"));
  const found = await read(path);
  expect(found.readAt).toBe("2026-01-02T03:04:05.000Z");
  expect(found.objects.deployments).toBeUndefined();
  expect(found.gaps).toContainEqual(expect.objectContaining({ what: "deployments", reason: "not-in-source" }));
  expect(found.account).toBeUndefined();
});

test("manifests that never ran get the pods they ask for, and say so", async () => {
  const found = await read(file("app.yaml", stringify(shop.deployments?.[0])));
  expect(found.objects.pods).toHaveLength(2);
  expect(found.gaps.find((gap) => gap.what === "pods")?.detail).toContain("2 pods imagined");
});

test("outputs of the aws command beside the dumps become the account", async () => {
  file("k/nodes.json", JSON.stringify(list([node({ name: "n1" })])));
  const nodegroup = {
    nodegroupName: "web",
    clusterName: "prod",
    nodegroupArn: "arn:aws:eks:eu-west-1:111122223333:nodegroup/prod/web/1",
  };
  file("k/nodegroup.json", JSON.stringify({ nodegroup }));
  const UserData = Buffer.from("#!/bin/bash\nexport API_TOKEN=s3cret\n").toString("base64");
  file(
    "k/lt.json",
    JSON.stringify({ LaunchTemplateVersions: [{ LaunchTemplateId: "lt-1", LaunchTemplateData: { UserData } }] }),
  );
  const { account, clusterName } = await read(join(folder, "k"));
  expect(account).toMatchObject({
    region: "eu-west-1",
    accountId: "111122223333",
    nodegroups: [{ nodegroupName: "web" }],
  });
  expect(clusterName).toBe("prod");
  expect(JSON.stringify(account)).toContain("API_TOKEN=<redacted>");
});

test("a quantity that cannot be read is a gap with object and text, and the rest loads", async () => {
  const bad = pod({ name: "bad", memory: "1.5Gii" });
  const found = await read(file("bad.json", JSON.stringify(list([bad, pod({ name: "good" })]))));
  expect(found.objects.pods).toHaveLength(2);
  const gap = found.gaps.find((one) => one.reason === "malformed");
  expect(gap?.detail).toContain('default/bad: container app: memory: "1.5Gii": unknown suffix "Gii"');
});

test("Secrets are dropped where they are met", async () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { password: "cGw0bnRlZA==" } };
  const found = await read(file("all.json", JSON.stringify(list([secret, pod({})]))));
  expect(JSON.stringify(found)).not.toContain("cGw0bnRlZA==");
  expect(told).toContainEqual(expect.objectContaining({ kind: "secrets-left-unread", count: 1 }));
});

test.each([
  ["a folder that is not there", () => join(folder, "nothing"), "usage.no-source", "does not exist"],
  ["an empty folder", () => folder, "usage.empty-source", "holds no .yaml"],
  [
    "YAML with a mistake",
    () => file("x.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [a\n"),
    "file.syntax",
    "x.yaml:",
  ],
  ["YAML aliases across documents", () => file("x.yaml", "a: &a 1\n---\nb: *a\n"), "file.syntax", "x.yaml:3"],
  [
    "JSON with a mistake",
    () => file("x.json", '{"kind": "Pod",\n "metadata": {"name": }\n}'),
    "file.syntax",
    "x.json:2:",
  ],
  ["JSON that ends in the middle", () => file("x.json", '{"items": [{"kind": "Pod"'), "file.syntax", "x.json:"],
  [
    "a gzip file that ends in the middle",
    () => file("x.json.gz", gzipSync(JSON.stringify(list(everything))).subarray(0, 80)),
    "file.truncated",
    "truncated",
  ],
  [
    "a kubeconfig",
    () => file("config.yaml", "apiVersion: v1\nkind: Config\nclusters: []\n"),
    "usage.nothing-read",
    "found: Config (v1)",
  ],
  ["a JSON file of another program", () => file("x.json", '{"a": 1}'), "usage.nothing-read", "no Kubernetes objects"],
])("%s is a usage error that names it", async (_name, make, code, message) => {
  await expect(read(make())).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("the place of a mistake in the middle of a list is that of the file", async () => {
  const good = stringify(list(everything), { aliasDuplicateObjects: false });
  const lines = good.split("\n");
  const at = lines.findIndex((line) => line.includes("kind: PodDisruptionBudget"));
  lines[at] = "    kind: [PodDisruptionBudget";
  await expect(read(file("long.yaml", lines.join("\n")))).rejects.toMatchObject({
    message: expect.stringMatching(/long\.yaml:\d+:\d+: not valid YAML/),
  });
});

async function written(): Promise<{ readonly path: string; readonly text: string }> {
  const dumps = await read(file("dump.json", JSON.stringify(list(everything))));
  const path = join(folder, "out.snapshot.gz");
  await writeSnapshot(path, dumps, host.interrupted);
  return { path, text: gunzipSync(readFileSync(path)).toString() };
}

test("a snapshot comes back as it was written, one valid JSON document, readable by its owner only", async () => {
  const { path, text } = await written();
  const document = JSON.parse(text) as RedactedSnapshot;
  const again = await read(path);
  expect(again.objects).toEqual(document.objects);
  expect(again.gaps).toEqual(document.gaps);
  expect(again.source).toEqual({ kind: "snapshot", name: path });
  const reformatted = file("pretty.json", JSON.stringify(document, undefined, 2));
  expect((await read(reformatted)).objects).toEqual(document.objects);
});

test("a snapshot of a newer schema, a truncated one and one without its parts are refused", async () => {
  const { text } = await written();
  const newer = file("newer.json", text.replace("dovetail.snapshot/1", "dovetail.snapshot/2"));
  await expect(read(newer)).rejects.toMatchObject({ code: "usage.newer-schema" });
  const cut = file("cut.gz", gzipSync(text).subarray(0, 300));
  await expect(read(cut)).rejects.toMatchObject({ code: "file.truncated" });
  for (const length of [text.length / 2, text.length - 4]) {
    const short = file("short.json", text.slice(0, length));
    await expect(read(short)).rejects.toMatchObject({ code: "file.syntax" });
  }
  const hollow = file("hollow.json", '{"schema":"dovetail.snapshot/1","objects":{}}');
  await expect(read(hollow)).rejects.toMatchObject({
    code: "file.malformed",
    message: expect.stringContaining("readAt"),
  });
});

test("an object of another shape in an edited snapshot is left out and named, and the rest loads", async () => {
  const path = file(
    "small.json",
    JSON.stringify({ apiVersion: "v1", kind: "List", items: [node({ name: "n" }), pod({ name: "whole" })] }),
  );
  const out = join(folder, "out.json");
  await writeSnapshot(out, await read(path), new AbortController().signal);
  const odd = JSON.stringify({ ...pod({ name: "odd" }), spec: { containers: "x" } });
  const nameless = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: {} });
  const text = readFileSync(out, "utf8").replace('"pods":[\n', `"pods":[\n${odd},\n${nameless},\n`);
  const snapshot = await read(file("edited.json", text));
  expect(snapshot.objects.pods?.map((one) => one.metadata.name)).toEqual(["whole"]);
  expect(snapshot.gaps.filter((gap) => gap.reason === "malformed").map((gap) => gap.detail)).toEqual([
    'Pod default/odd has "x" at spec.containers where a list belongs and is left out',
    "object 2 of pods has no apiVersion, kind and metadata.name and is left out",
  ]);
});

test("fields that are null in hand-written manifests are absent", async () => {
  const manifest = { ...pod({ name: "web" }), metadata: { name: "web", namespace: "shop", labels: null } };
  const snapshot = await read(file("pod.json", JSON.stringify(manifest)));
  expect(snapshot.gaps.filter((gap) => gap.reason === "malformed")).toEqual([]);
  expect(snapshot.objects.pods?.[0]?.metadata).toEqual({ name: "web", namespace: "shop" });
});

test("an interrupted write leaves no file at all", async () => {
  const dumps = await read(file("dump.json", JSON.stringify(list(everything))));
  const abort = new AbortController();
  abort.abort();
  const target = join(folder, "out.gz");
  await expect(writeSnapshot(target, dumps, abort.signal)).rejects.toMatchObject({ code: "interrupted" });
  expect(readdirSync(folder)).toEqual(expect.not.arrayContaining(["out.gz"]));
  expect(readdirSync(join(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
});
