import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { KubernetesCluster } from "./cluster.ts";
import { chooseKubeconfig } from "./kubeconfig/choose.ts";

type Reply = { readonly status?: number; readonly body?: unknown };
type Handler = (request: {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
}) => Reply;

let folder = "";
let server: Server;
let handler: Handler = () => ({ status: 404 });
const seen: string[] = [];
let open: KubernetesCluster | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-kube-"));
  seen.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://test");
      const text = Buffer.concat(chunks).toString();
      seen.push(`${request.method} ${url.pathname}`);
      const { status = 200, body = {} } = handler({
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        body: text === "" ? undefined : JSON.parse(text),
        headers: request.headers,
      });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  open?.close();
  open = undefined;
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

function kubeconfig(user: Record<string, unknown> = { token: "t0ken" }, url?: string): string {
  const { port } = server.address() as AddressInfo;
  const path = join(folder, "config");
  const cluster = { server: url ?? `http://127.0.0.1:${port}` };
  writeFileSync(
    path,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", cluster }],
      users: [{ name: "u", user }],
      contexts: [
        { name: "prod", context: { cluster: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", user: "u" } },
        { name: "staging", context: { cluster: "arn:aws:eks:eu-west-1:111122223333:cluster/prod", user: "u" } },
      ],
      "current-context": "prod",
    }),
  );
  return path;
}

async function cluster(user?: Record<string, unknown>, url?: string): Promise<KubernetesCluster> {
  open = new KubernetesCluster(chooseKubeconfig({ kubeconfig: kubeconfig(user, url) }, process.env));
  return open;
}

const status = (code: number, more: Record<string, unknown> = {}): Reply => ({
  status: code,
  body: { kind: "Status", apiVersion: "v1", status: "Failure", code, message: `said ${code}`, ...more },
});
const spec = { containers: [{ name: "c" }] };
const item = (name: string) => ({ metadata: { name, managedFields: [{ manager: "x" }] }, spec });
const pool = (name: string) => ({
  metadata: { name },
  spec: { template: { spec: { nodeClassRef: { name: "x" }, requirements: [] } } },
});

describe("lists", () => {
  test("go on to the last page, with kinds filled in and the server's bookkeeping left out", async () => {
    handler = ({ query, headers }) => {
      expect(headers.authorization).toBe("Bearer t0ken");
      expect(query.get("limit")).toBe("500");
      const page = Number(query.get("continue") ?? 0);
      const metadata = page < 2 ? { continue: String(page + 1) } : {};
      return { body: { kind: "PodList", metadata, items: [item(`p${page}`)] } };
    };
    const pods = await (await cluster()).list("pods");
    expect(pods).toEqual(
      ["p0", "p1", "p2"].map((name) => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec })),
    );
  });

  test("begin again when the continue token has expired, and never come back short", async () => {
    let restarts = 0;
    handler = ({ query }) => {
      if (query.get("continue") === "old" && restarts++ === 0) return status(410, { reason: "Expired" });
      const isFirst = query.get("continue") === null;
      return { body: { metadata: isFirst ? { continue: "old" } : {}, items: [item(isFirst ? "a" : "b")] } };
    };
    const pods = await (await cluster()).list("pods");
    expect(pods.map((one) => one.metadata.name)).toEqual(["a", "b"]);
  });

  test("survive a busy server and give up on a broken one", async () => {
    let tries = 0;
    handler = () => (++tries < 3 ? status(503) : { body: { items: [] } });
    expect(await (await cluster()).list("nodes")).toEqual([]);
    handler = () => status(403, { reason: "Forbidden" });
    await expect((await cluster()).list("nodes")).rejects.toMatchObject({
      code: "kube.Forbidden",
      message: "cannot list nodes: said 403",
    });
  });
});

describe("Karpenter's kinds", () => {
  const serves =
    (version: string): Handler =>
    ({ path }) => {
      if (path === "/apis/karpenter.sh") return { body: { versions: [{ version }] } };
      if (path === `/apis/karpenter.sh/${version}`) return { body: { resources: [{ name: "nodepools" }] } };
      if (path === `/apis/karpenter.sh/${version}/nodepools`) return { body: { items: [pool("default")] } };
      return status(404, { details: {} });
    };

  test("are read in whichever version is served", async () => {
    handler = serves("v1beta1");
    const pools = await (await cluster()).list("nodepools");
    expect(pools).toMatchObject([{ apiVersion: "karpenter.sh/v1beta1", kind: "NodePool" }]);
  });

  test("are an absent API where nobody installed them, and found once somebody has", async () => {
    const api = await cluster();
    handler = () => status(404);
    await expect(api.list("nodepools")).rejects.toMatchObject({ code: "kube.AbsentApi" });
    handler = serves("v1");
    expect(await api.list("nodepools")).toHaveLength(1);
  });
});

describe("evictions", () => {
  const blocked = status(429, {
    details: { causes: [{ reason: "DisruptionBudget", message: "needs 2 healthy pods" }] },
  });
  const pod = { namespace: "shop", name: "web-0", uid: "u1" };

  test("are told apart: evicted, blocked by a budget, gone, gone under the same name", async () => {
    const api = await cluster();
    handler = ({ method, body }) => {
      expect(method === "POST" ? body : undefined).toMatchObject({ deleteOptions: { preconditions: { uid: "u1" } } });
      return { status: 201, body: {} };
    };
    expect(await api.evict(pod)).toEqual({ kind: "evicted" });
    handler = () => blocked;
    // A 429 with this cause is an answer, not a busy server: it is not tried again.
    seen.length = 0;
    expect(await api.evict(pod)).toEqual({ kind: "blocked", message: "needs 2 healthy pods" });
    expect(seen).toHaveLength(1);
    handler = () => status(404, { details: { name: "web-0" } });
    expect(await api.evict(pod)).toEqual({ kind: "gone" });
    handler = ({ method }) =>
      method === "POST" ? status(409) : { body: { metadata: { name: "web-0", uid: "u2" }, spec } };
    expect(await api.evict(pod)).toEqual({ kind: "gone" });
  });

  test("a 500 is impossible only when two budgets cover the pod", async () => {
    const api = await cluster();
    const budget = { metadata: { name: "b" }, spec: { selector: {} } };
    const budgets = { items: [budget, budget] };
    handler = ({ method, path }) => {
      if (method === "POST") return status(500);
      return { body: path.endsWith("/web-0") ? { metadata: { name: "web-0" }, spec } : budgets };
    };
    expect(await api.evict(pod)).toMatchObject({ kind: "impossible" });
    budgets.items.pop();
    await expect(api.evict(pod)).rejects.toMatchObject({ code: "kube.Failed" });
  });
});

describe("faults", () => {
  test("writes are not repeated when their fate is unknown", async () => {
    handler = () => status(500);
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "x" } };
    await expect((await cluster()).create("configmaps", object)).rejects.toMatchObject({
      code: "kube.Failed",
      retry: "later",
    });
    expect(seen).toEqual(["POST /api/v1/namespaces/x/configmaps"]);
  });

  test("refused credentials are renewed once where they can be, then said to be refused", async () => {
    handler = () => status(401);
    await expect((await cluster()).list("pods")).rejects.toMatchObject({ code: "kube.Unauthorized" });
    expect(seen).toHaveLength(1);
    seen.length = 0;
    const args = ["-e", `console.log(JSON.stringify({ status: { token: "t" } }))`];
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args };
    await expect((await cluster({ exec })).list("pods")).rejects.toMatchObject({ code: "kube.Unauthorized" });
    expect(seen).toHaveLength(2);
  });

  test("a login command that fails or is missing is named", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: process.execPath,
      args: ["-e", "console.error('sso expired'); process.exit(1)"],
    };
    await expect((await cluster({ exec })).version()).rejects.toMatchObject({
      code: "kube.Unauthorized",
      message: expect.stringContaining("failed: sso expired"),
    });
    await expect((await cluster({ exec: { ...exec, command: "no-such-login" } })).version()).rejects.toMatchObject({
      message: expect.stringContaining("login command no-such-login is not installed"),
    });
  });

  test("a login command is told what it serves and its token is used", async () => {
    const script =
      "const s=JSON.parse(process.env.KUBERNETES_EXEC_INFO).kind==='ExecCredential';console.log(JSON.stringify({status:{token:s?'from-exec':'no'}}))";
    handler = ({ headers }) => {
      expect(headers.authorization).toBe("Bearer from-exec");
      return { body: { gitVersion: "v1.35.4-eks-1" } };
    };
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script] };
    expect(await (await cluster({ exec })).version()).toEqual({ minor: "1.35", gitVersion: "v1.35.4-eks-1" });
  });

  test("a server that refuses connections is unreachable", async () => {
    await expect((await cluster(undefined, "http://127.0.0.1:9")).version()).rejects.toMatchObject({
      code: "kube.Unreachable",
      message: "cannot read the server's version: http://127.0.0.1:9 refuses connections",
    });
  });
});

describe("kubeconfig", () => {
  test("tells the EKS cluster, region and account of the chosen context", async () => {
    const chosen = chooseKubeconfig({ kubeconfig: kubeconfig(), context: "staging" }, {});
    expect(chosen).toMatchObject({
      context: "staging",
      eks: { name: "prod", region: "eu-west-1", accountId: "111122223333" },
    });
  });

  test("a context that does not exist is a usage error with the near spelling", async () => {
    expect(() => chooseKubeconfig({ kubeconfig: kubeconfig(), context: "stagign" }, {})).toThrow(
      expect.objectContaining({
        code: "usage.unknown-context",
        hint: "did you mean staging? there are prod, staging",
      }) as Error,
    );
  });

  test.each([
    ["that is missing", undefined, "does not exist"],
    ["that is no YAML", "a: [", "is not YAML"],
    ["without contexts", "apiVersion: v1\nkind: Config\n", "has no contexts"],
  ])("one %s is a usage error", async (_name, text, message) => {
    const path = join(folder, "broken");
    if (text !== undefined) writeFileSync(path, text);
    expect(() => chooseKubeconfig({ kubeconfig: path }, {})).toThrow(message);
  });
});
