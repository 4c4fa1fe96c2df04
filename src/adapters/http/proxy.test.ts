/** ux-15-kubeconfig-and-proxy, the proxy: chosen as kubectl chooses it, and used for the API server and for AWS. */
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "../../fault/fault.ts";
import { SdkCloud } from "../aws/cloud.ts";
import { KubernetesCluster } from "../kubernetes/cluster.ts";
import { readBounds } from "./bounds.ts";
import { type Environment, parseProxy, proxyFor } from "./proxy.ts";

describe("the proxy for a URL", () => {
  const at = "http://proxy:3128";
  test.each<readonly [string, Environment, string | undefined]>([
    ["https://api.example.com", { HTTPS_PROXY: at }, at],
    ["https://api.example.com", { https_proxy: at }, at],
    ["https://api.example.com", { HTTPS_PROXY: at, https_proxy: "http://other" }, at],
    ["https://api.example.com", { HTTP_PROXY: at }, undefined],
    ["http://api.example.com", { HTTP_PROXY: at }, at],
    ["http://api.example.com", { HTTP_PROXY: at, REQUEST_METHOD: "GET" }, undefined],
    ["http://localhost:8001", { HTTP_PROXY: at }, undefined],
    ["http://127.0.0.1:8001", { HTTP_PROXY: at }, undefined],
    ["http://[::1]:8001", { HTTP_PROXY: at }, undefined],
    ["https://10.0.0.1", { HTTPS_PROXY: at, NO_PROXY: "10.0.0.0/8" }, undefined],
    ["https://11.0.0.1", { HTTPS_PROXY: at, NO_PROXY: "10.0.0.0/8" }, at],
    ["https://[fd00::1]", { HTTPS_PROXY: at, NO_PROXY: "fd00::/8" }, undefined],
    ["https://api.example.com", { HTTPS_PROXY: at, NO_PROXY: "other.com, example.com" }, undefined],
    ["https://example.com", { HTTPS_PROXY: at, NO_PROXY: "example.com" }, undefined],
    ["https://example.com", { HTTPS_PROXY: at, NO_PROXY: ".example.com" }, at],
    ["https://api.example.com", { HTTPS_PROXY: at, NO_PROXY: "*.example.com" }, undefined],
    ["https://notexample.com", { HTTPS_PROXY: at, NO_PROXY: "example.com" }, at],
    ["https://api.example.com:6443", { HTTPS_PROXY: at, NO_PROXY: "example.com:443" }, at],
    ["https://api.example.com", { HTTPS_PROXY: at, NO_PROXY: "example.com:443" }, undefined],
    ["https://API.EXAMPLE.COM", { HTTPS_PROXY: at, no_proxy: "Example.Com" }, undefined],
    ["https://api.example.com", { HTTPS_PROXY: at, NO_PROXY: "*" }, undefined],
    ["https://api.example.com", { HTTPS_PROXY: "proxy:3128" }, at],
    ["https://api.example.com", { HTTPS_PROXY: "socks5://u:p@proxy:1080" }, "socks5://u:p@proxy:1080"],
    ["https://api.example.com", { HTTPS_PROXY: "" }, undefined],
  ])("%s with %o", (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.href.replace(/\/$/, "")).toBe(expected);
  });

  test("an address that is none is refused without its password", () => {
    for (const text of ["ftp://u:hunter2@host", "http://", "://u:hunter2@"]) {
      let thrown: unknown;
      try {
        parseProxy(text, "HTTPS_PROXY");
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: "usage.proxy" });
      expect(thrown instanceof Fault ? thrown.message : "").not.toContain("hunter2");
    }
  });
});

const tls = resolve(import.meta.dirname, "../../../test/support/tls");
const pem = (name: string): string => readFileSync(join(tls, name), "utf8");
/** Answers for `*.test.example`, which no resolver knows: whoever reaches it came through the proxy. */
let target: Server;
let proxy: Server;
let asked: string[] = [];
let refusal = "";
let credentials: string | undefined;
const tunnels: { destroy(): unknown }[] = [];

const body = (path: string): string => {
  if (path.startsWith("/clusters")) return '{"clusters":["prod"]}';
  return path.startsWith("/version") ? '{"gitVersion":"v1.34.1-eks-1"}' : '{"metadata":{},"items":[]}';
};

beforeEach(async () => {
  asked = [];
  refusal = "";
  target = createTlsServer({ key: pem("key.pem"), cert: pem("cert.pem") }, (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(body(request.url ?? ""));
  });
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    credentials = request.headers["proxy-authorization"];
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(body(new URL(request.url ?? "").pathname));
  });
  proxy.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    credentials = request.headers["proxy-authorization"];
    socket.on("error", () => {});
    if (refusal !== "") return void socket.end(refusal);
    tunnels.push(socket);
    const port = (target.address() as AddressInfo).port;
    const through = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      through.pipe(socket);
      socket.pipe(through);
    });
    through.on("error", () => socket.destroy());
    socket.on("close", () => through.destroy());
  });
  for (const one of [target, proxy]) await new Promise<void>((done) => one.listen(0, "127.0.0.1", done));
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "AKIDEXAMPLE");
  vi.stubEnv("AWS_PROFILE", undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const socket of tunnels.splice(0)) socket.destroy();
  for (const one of [target, proxy]) {
    one.closeAllConnections();
    await new Promise((done) => one.close(done));
  }
});

const proxyUrl = (login = ""): string => `http://${login}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const bounds = { ...readBounds, connectMs: 500, silenceMs: 500, callMs: 1_000 };

function cluster(server: string, env: Environment, more: { readonly proxyUrl?: string } = {}): KubernetesCluster {
  const ca = Buffer.from(pem("cert.pem")).toString("base64");
  const chosen = { context: "x", server, user: { name: "u", token: "t", impersonated: {} }, eks: {} };
  return new KubernetesCluster({ ...chosen, cluster: { name: "c", server, caData: ca, ...more } }, { env, bounds });
}

test("the API server is reached through HTTPS_PROXY, with TLS to the server itself and one connection kept", async () => {
  const api = cluster("https://api.test.example:6443", { HTTPS_PROXY: proxyUrl("u:p%40ss@") });
  expect(await api.version()).toMatchObject({ minor: "1.34" });
  expect(await api.list("nodes")).toEqual([]);
  expect(asked).toEqual(["CONNECT api.test.example:6443"]);
  expect(credentials).toBe(`Basic ${Buffer.from("u:p@ss").toString("base64")}`);
  api.close();
});

test("proxy-url of the kubeconfig wins, also over NO_PROXY", async () => {
  const env = { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "*" };
  const api = cluster("https://api.test.example", env, { proxyUrl: proxyUrl() });
  expect(await api.version()).toMatchObject({ minor: "1.34" });
  expect(asked).toEqual(["CONNECT api.test.example:443"]);
  api.close();
});

test("plain HTTP goes through HTTP_PROXY", async () => {
  const api = cluster("http://api.test.example:8001", { HTTP_PROXY: proxyUrl() });
  expect(await api.version()).toMatchObject({ minor: "1.34" });
  expect(asked).toEqual(["GET http://api.test.example:8001/version"]);
  api.close();
});

test("a proxy that refuses, wants a password, never answers or is not there is named without its password", async () => {
  const message = async (env: Environment): Promise<string> => {
    const api = cluster("https://api.test.example", env);
    const error: unknown = await api.version().catch((thrown: unknown) => thrown);
    api.close();
    expect(error).toMatchObject({ code: "kube.Unreachable" });
    return error instanceof Fault ? error.message : "";
  };
  refusal = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
  expect(await message({ HTTPS_PROXY: proxyUrl("u:hunter2@") })).toMatch(
    /the proxy http:\/\/127.0.0.1:\d+ wants a name and password/,
  );
  refusal = "HTTP/1.1 503 No\r\ncontent-length: 6\r\n\r\nsecret";
  expect(await message({ HTTPS_PROXY: proxyUrl() })).toMatch(/refuses to connect \(HTTP 503\)/);
  expect(await message({ HTTPS_PROXY: "http://u:hunter2@127.0.0.1:9" })).not.toContain("hunter2");
  refusal = " ";
  proxy.removeAllListeners("connect").on("connect", (_, socket) => void tunnels.push(socket));
  expect(await message({ HTTPS_PROXY: proxyUrl() })).toMatch(/the proxy .* does not connect within 0.5 s/);
});

test("AWS is reached through the proxy, over TLS and without, and AWS_CA_BUNDLE says who may vouch", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL", "https://eks.test.example");
  const env = { HTTPS_PROXY: proxyUrl(), HTTP_PROXY: proxyUrl(), AWS_CA_BUNDLE: join(tls, "cert.pem") };
  const names = (more: Environment) =>
    new SdkCloud("eu-west-1", { env: { ...env, ...more }, bounds }).allNames("eks:ListClusters", {}, "clusters");
  expect(await names({})).toEqual(["prod"]);
  expect(asked).toEqual(["CONNECT eks.test.example:443"]);
  await expect(names({ AWS_CA_BUNDLE: "/nonexistent" })).rejects.toMatchObject({ code: "usage.certificates" });
  await expect(names({ AWS_CA_BUNDLE: "" })).rejects.toMatchObject({
    code: "aws.Unreachable",
    message: expect.stringContaining("not signed by anybody whom this machine trusts"),
  });
  vi.stubEnv("AWS_ENDPOINT_URL", "http://eks.test.example");
  expect(await names({})).toEqual(["prod"]);
  expect(asked.at(-1)).toMatch(/^GET http:\/\/eks\.test\.example\/clusters/);
});
