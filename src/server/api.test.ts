import { expect, test } from "vitest";
import { openSandbox } from "../adapters/sandbox/open.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Twin } from "../twin/world/twin.ts";
import type { ApiRequest } from "./answer.ts";
import { answer } from "./api.ts";
import { humanDuration } from "./tables/age.ts";
import { Watching } from "./watch.ts";

const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

function asked(method: string, url: string, more: Partial<ApiRequest> = {}): ApiRequest {
  const { pathname, searchParams } = new URL(url, "https://127.0.0.1");
  const plain = { accept: "application/json", contentType: "application/json", body: "", actor: "test", shiftMs: 0 };
  return { method, path: pathname, query: new Map(searchParams), ...plain, ...more };
}

function ask(twin: Twin, method: string, url: string, more: Partial<ApiRequest> = {}): [number, JsonObject] {
  const answered = answer(twin, asked(method, url, more));
  if (answered.kind !== "json") throw new Error(`${method} ${url} is answered by ${answered.kind}`);
  return [answered.code, objectAt(JSON.parse(JSON.stringify(answered.body)))];
}

async function clean(): Promise<Twin> {
  return (await openSandbox({ name: "clean" })).sandbox;
}

const pdb = "/apis/policy/v1/namespaces/storefront/poddisruptionbudgets";

test("kubectl get has the columns of the real server, with ages by the sandbox's clock", async () => {
  const [, nodes] = ask(await clean(), "GET", "/api/v1/nodes", { accept: asTable });
  const names = objectsAt(nodes, "columnDefinitions").filter((one) => one["priority"] === 0);
  expect(names.map((one) => one["name"])).toEqual(["Name", "Status", "Roles", "Age", "Version"]);
  const [first] = objectsAt(nodes, "rows");
  expect(textsAt(first, "cells").slice(1, 4)).toEqual(["Ready", "<none>", "6d"]);
});

test("an eviction that a budget does not allow is 429 with its cause, as kubectl drain waits on", async () => {
  const twin = await clean();
  const [budget] = objectsAt(ask(twin, "GET", pdb)[1], "items");
  const app = textAt(budget, "spec", "selector", "matchLabels", "app.kubernetes.io/name") ?? "";
  const pods = ask(twin, "GET", `/api/v1/namespaces/storefront/pods?labelSelector=app.kubernetes.io/name=${app}`)[1];
  const codes = objectsAt(pods, "items").map((pod) => {
    const name = textAt(pod, "metadata", "name") ?? "";
    const url = `/api/v1/namespaces/storefront/pods/${name}/eviction`;
    return ask(twin, "POST", url, { body: JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction" }) });
  });
  expect(codes[0]?.[0]).toBe(201);
  const [code, status] = codes.at(-1) ?? [0, {}];
  expect(code).toBe(429);
  expect(status).toMatchObject({
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: "DisruptionBudget" }] },
  });
});

test("a watch tells what comes into its selection, changes in it and leaves it", async () => {
  const twin = await clean();
  const url = "/api/v1/namespaces/default/configmaps?watch=true&labelSelector=team%3Da";
  const asks = answer(twin, asked("GET", url));
  if (asks.kind !== "watch") throw new Error("no watch");
  const watching = new Watching(twin, asks, () => 0);
  const told: string[] = [];
  twin.subscribe((change) => {
    for (const event of watching.told(change)) told.push(event.type);
  });
  expect(watching.begin()).toEqual([]);
  const body = (team: string): string => JSON.stringify({ metadata: { name: "one", labels: { team } }, data: {} });
  ask(twin, "POST", "/api/v1/namespaces/default/configmaps", { body: body("a") });
  const patch = { contentType: "application/merge-patch+json" };
  const one = "/api/v1/namespaces/default/configmaps/one";
  ask(twin, "PATCH", one, { ...patch, body: JSON.stringify({ data: { a: "1" } }) });
  ask(twin, "PATCH", one, { ...patch, body: body("b") });
  expect(told).toEqual(["ADDED", "MODIFIED", "DELETED"]);
});

test("two managers apply their own fields and leave each other's", async () => {
  const twin = await clean();
  const url = "/api/v1/namespaces/default/configmaps/shared";
  const apply = (manager: string, data: JsonObject): number =>
    ask(twin, "PATCH", `${url}?fieldManager=${manager}`, {
      contentType: "application/apply-patch+yaml",
      body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shared" }, data }),
    })[0];
  expect(apply("one", { a: "1", both: "x" })).toBe(201);
  expect(apply("two", { b: "2", both: "x" })).toBe(200);
  apply("one", {});
  expect(ask(twin, "GET", url)[1]).toMatchObject({ data: { b: "2", both: "x" } });
  expect(apply("one", { b: "3" })).toBe(409);
});

test("a namespace goes when all that is in it has gone", async () => {
  const twin = await clean();
  expect(ask(twin, "DELETE", "/api/v1/namespaces/storefront")[0]).toBe(200);
  const late = { body: JSON.stringify({ metadata: { name: "late" } }) };
  twin.advance(1000);
  expect(ask(twin, "POST", "/api/v1/namespaces/storefront/configmaps", late)[0]).toBe(403);
  twin.advance(120_000);
  expect(ask(twin, "GET", "/api/v1/namespaces/storefront")[0]).toBe(404);
  expect(objectsAt(ask(twin, "GET", "/api/v1/namespaces/storefront/pods")[1], "items")).toEqual([]);
});

test.each([
  ["an unknown path", "GET", "/apis/nothing/v1/things", "", 404],
  ["an object that is not there", "GET", "/api/v1/namespaces/default/pods/nope", "", 404],
  ["a method that a path has not", "POST", "/api/v1/namespaces/default/pods/nope", "{}", 405],
  ["a body that is no JSON", "POST", "/api/v1/namespaces/default/pods", "{", 400],
  ["an object of another kind", "POST", "/api/v1/namespaces/default/pods", '{"kind":"Node","apiVersion":"v1"}', 400],
  ["another namespace", "POST", "/api/v1/namespaces/default/configmaps", '{"metadata":{"namespace":"x"}}', 400],
  ["a bad name", "POST", "/api/v1/namespaces/default/configmaps", '{"metadata":{"name":"Bad_Name"}}', 422],
  [
    "a Deployment without a spec",
    "POST",
    "/apis/apps/v1/namespaces/default/deployments",
    '{"metadata":{"name":"a"}}',
    422,
  ],
  ["a field selector that cannot be read", "GET", "/api/v1/pods?fieldSelector=x", "", 400],
  ["a bad version of a watch", "GET", "/api/v1/pods?watch=true&resourceVersion=x", "", 400],
])("%s is refused with a Status", async (_, method, url, body, code) => {
  const [given, status] = ask(await clean(), method, url, { body });
  expect([given, status["kind"], status["status"]]).toEqual([code, "Status", "Failure"]);
});

test.each([
  [119_000, "119s"],
  [125_000, "2m5s"],
  [600_000, "10m"],
  [10_800_000, "3h"],
  [3 * 86_400_000 + 7_200_000, "3d2h"],
  [9 * 86_400_000, "9d"],
  [-5000, "<invalid>"],
])("%i ms are %s", (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});
