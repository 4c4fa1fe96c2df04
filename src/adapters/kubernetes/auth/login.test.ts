/** ux-15-kubeconfig-and-proxy, signing in: login commands as kubectl runs them, and on whose behalf requests go. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Fault } from "../../../fault/fault.ts";
import type { Call } from "../../http/calls.ts";
import type { Outside, Terminal } from "../../http/outside.ts";
import { KubernetesCluster } from "../cluster.ts";
import type { ExecEntry, UserEntry } from "../kubeconfig/config.ts";

let folder = "";
let server: Server;
let headers: IncomingHttpHeaders = {};
let refused = 0;
let said = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-login-"));
  said = "";
  refused = 0;
  server = createServer((request, response) => {
    headers = request.headers;
    const status = refused > 0 ? 401 : 200;
    refused -= 1;
    response.writeHead(status, { "content-type": "application/json", "audit-id": "4711" });
    response.end(status === 200 ? '{"gitVersion":"v1.34.0"}' : '{"kind":"Status","status":"Failure","code":401}');
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const terminal = (isInteractive: boolean): Terminal => ({
  isInteractive,
  say: (text) => {
    said += text;
  },
  ask: () => Promise.reject(new Error("not asked here")),
});

function exec(script: string, more: Partial<ExecEntry> = {}): ExecEntry {
  return {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: ["-e", script],
    env: [],
    interactiveMode: "IfAvailable",
    providesClusterInfo: false,
    ...more,
  };
}

function api(user: Partial<UserEntry>, outside: Outside = {}): KubernetesCluster {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster = { name: "c", server: url, execConfig: { audience: "x" } };
  const chosen = { context: "x", server: url, cluster, user: { name: "u", impersonated: {}, ...user }, eks: {} };
  return new KubernetesCluster(chosen, { env: process.env, terminal: terminal(false), ...outside });
}

async function ask(made: KubernetesCluster): Promise<unknown> {
  try {
    return await made.version();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  } finally {
    made.close();
  }
}

const answer = (status: string): string => `console.log(JSON.stringify({ status: ${status} }))`;
const info = "JSON.parse(process.env.KUBERNETES_EXEC_INFO)";

test("a login command that wants to ask may do so where somebody can answer, and says so where nobody can", async () => {
  const asks = exec(answer(`{ token: String(${info}.spec.interactive) }`), { interactiveMode: "Always" });
  expect(await ask(api({ exec: asks }))).toMatchObject({
    code: "kube.Unauthorized",
    message: expect.stringContaining("wants to ask, and standard input is no terminal"),
  });
  await ask(api({ exec: asks }, { terminal: terminal(true) }));
  expect(headers.authorization).toBe("Bearer true");
  await ask(api({ exec: { ...asks, interactiveMode: "Never" } }, { terminal: terminal(true) }));
  expect(headers.authorization).toBe("Bearer false");
  await ask(api({ exec: { ...asks, interactiveMode: "IfAvailable" } }));
  expect(headers.authorization).toBe("Bearer false");
});

test("what it says to people reaches them, and it is told of the cluster when it asks to be", async () => {
  const script = `console.error("open https://example.com and type ABCD"); ${answer(`{ token: ${info}.spec.cluster.config.audience }`)}`;
  await ask(api({ exec: exec(script, { providesClusterInfo: true }) }));
  expect(said).toContain("type ABCD");
  expect(headers.authorization).toBe("Bearer x");
});

test("a login command that never ends, answers nonsense or floods is stopped and named", async () => {
  const from = performance.now();
  const loginMs = { asking: 300, silent: 300 };
  const messages: string[] = [];
  for (const script of [
    "setInterval(() => {}, 1000); process.on('SIGTERM', () => {})",
    "for (;;) process.stdout.write('x'.repeat(65536))",
    "console.log('<html>')",
    "console.log('null')",
    answer("{}"),
    answer("{ clientCertificateData: 'x' }"),
    answer("{ token: 5 }"),
    "console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1alpha1', status: { token: 't' } }))",
    "console.error('no session\\nrun aws sso login'); process.exit(255)",
  ]) {
    const outcome = await ask(
      api(
        { exec: exec(script) },
        { loginMs: script.startsWith("setInterval") ? loginMs : { asking: 5_000, silent: 5_000 } },
      ),
    );
    expect(outcome, script).toMatchObject({ code: "kube.Unauthorized" });
    messages.push(outcome instanceof Fault ? outcome.message : "");
  }
  expect(performance.now() - from).toBeLessThan(30_000);
  expect(messages.at(-1)).toContain("failed: run aws sso login");
  expect(messages[0]).toContain("did not end within 0.3 s");
}, 60_000);

test("a token is kept until it ends, and asked for anew when the server refuses it", async () => {
  const count = join(folder, "count");
  const script = `const fs=require("fs");fs.appendFileSync(${JSON.stringify(count)},"x");${answer(
    `{ token: "t" + fs.readFileSync(${JSON.stringify(count)}).length, expirationTimestamp: new Date(Date.now() + 3600e3).toISOString() }`,
  )}`;
  const calls: Call[] = [];
  const made = api({ exec: exec(script) }, { onCall: (call) => void calls.push(call) });
  await Promise.all([made.version(), made.version(), made.version()]);
  expect(headers.authorization).toBe("Bearer t1");
  refused = 1;
  await made.version();
  expect(headers.authorization).toBe("Bearer t2");
  expect(calls.filter((call) => call.to === "login")).toHaveLength(2);
  expect(calls.at(-1)).toMatchObject({ what: "GET /version", outcome: 200, tries: 2, requestId: "4711" });
  expect(JSON.stringify(calls)).not.toMatch(/Bearer|t1|t2/);
  made.close();
});

test("requests go in the name of who is impersonated", async () => {
  const impersonated = { user: "ann", groups: ["system:masters", "ops"], uid: "7", extra: { "Scopes/x": ["a", "b"] } };
  await ask(api({ token: "t", impersonated }));
  expect(headers).toMatchObject({
    "impersonate-user": "ann",
    "impersonate-uid": "7",
    "impersonate-extra-scopes%2fx": "a, b",
  });
  expect(headers["impersonate-group"]).toBe("system:masters, ops");
});

test("a token file, a name and password, and a file that is not there", async () => {
  const path = join(folder, "token");
  writeFileSync(path, " of-file\n");
  await ask(api({ tokenFile: path, token: "other" }));
  expect(headers.authorization).toBe("Bearer of-file");
  await ask(api({ username: "a", password: "b:c" }));
  expect(headers.authorization).toBe(`Basic ${Buffer.from("a:b:c").toString("base64")}`);
  expect(await ask(api({ tokenFile: join(folder, "gone") }))).toMatchObject({ code: "usage.kubeconfig" });
  await ask(api({ tokenFile: join(folder, "gone"), token: "instead" }));
  expect(headers.authorization).toBe("Bearer instead");
});
