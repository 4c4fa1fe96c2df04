/**
 * attack-22-aws-that-never-answers and its kind: servers that never answer, never end, or answer nonsense, in front of both ways to the
 * outside. Whatever they do, a call ends within its bounds as a fault that says what happened.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "../../fault/fault.ts";
import { SdkCloud } from "../aws/cloud.ts";
import { KubernetesCluster } from "../kubernetes/cluster.ts";
import type { HttpBounds } from "./bounds.ts";
import type { Call } from "./calls.ts";

const bounds: HttpBounds = {
  connectMs: 400,
  silenceMs: 250,
  paceMs: 200,
  minBytes: 64,
  wholeMs: 1_500,
  callMs: 600,
  doubtMs: 100,
  maxBytes: 2 ** 20,
  maxDepth: 500,
};
/** Two silent tries of one call, with room for a busy machine. */
const endMs = 8_000;

let server: Server;
let url = "";
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};
let calls: Call[] = [];
let seen = 0;
const timers: NodeJS.Timeout[] = [];

beforeEach(async () => {
  calls = [];
  seen = 0;
  server = createServer((request, response) => {
    seen += 1;
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "x");
  vi.stubEnv("AWS_PROFILE", undefined);
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const timer of timers.splice(0)) clearInterval(timer);
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function cluster(at = url): KubernetesCluster {
  return new KubernetesCluster(
    {
      context: "x",
      server: at,
      cluster: { name: "c", server: at },
      user: { name: "u", token: "t", impersonated: {} },
      eks: {},
    },
    { bounds, onCall: (call) => void calls.push(call) },
  );
}

function cloud(at = url): SdkCloud {
  vi.stubEnv("AWS_ENDPOINT_URL", at);
  return new SdkCloud("eu-west-1", { bounds, onCall: (call) => void calls.push(call) });
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const from = performance.now();
  const outcome = await work.then(
    () => "an answer",
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Fault);
  expect(performance.now() - from).toBeLessThan(endMs);
  return outcome as Fault;
}

const json =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body);
  };
const every = (ms: number, work: () => void): void => {
  timers.push(setInterval(work, ms));
};
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const deepXml = `<GetCallerIdentityResponse>${"<a>".repeat(100_000)}`;

const ways: readonly (readonly [string, typeof answer, RegExp])[] = [
  ["never answers", () => {}, /gives no answer in 0.3 s/],
  [
    "begins an answer and stops",
    (_, response) => void response.writeHead(200).write('{"a":'),
    /stopped in the middle|sent \d bytes/,
  ],
  [
    "sends a byte now and then",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      every(60, () => void response.write(" "));
    },
    /sent \d+ bytes in 0.2 s, too few to ever end/,
  ],
  [
    "sends enough never to seem slow, and does not end",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      every(20, () => void response.write(" ".repeat(100)));
    },
    /did not end its answer within 1.5 s/,
  ],
  [
    "streams as fast as it can",
    (_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(2 ** 16, 0x20)));
        response.once("drain", more);
      };
      response.on("error", () => {});
      more();
    },
    /sends more than 1 MiB as one answer/,
  ],
  [
    "packs what is too much",
    json(gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20)), 200, { "content-encoding": "gzip" }),
    /more than 1 MiB/,
  ],
  ["says gzip of what is none", json("{}", 200, { "content-encoding": "gzip" }), /says gzip of what is none/],
  ["packs as nobody asked", json("{}", 200, { "content-encoding": "br" }), /packs its answer as br/],
  ["nests 100 000 levels of JSON", json(`{"a":${deep(100_000)}}`), /more than 500 levels/],
  ["answers null", json("null"), /null|no AWS answer/],
  ["answers a list", json("[]"), /a list|no AWS answer/],
  ["answers half of it", json('{"items":[{"metadata":{"name":'), /ends in the middle|no AWS answer/],
  [
    "answers a page of a proxy",
    json("<!DOCTYPE html><html>sign in</html>", 200, { "content-type": "text/html" }),
    /a web page/,
  ],
  ["answers nothing at all", json(""), /with nothing|without/],
  ["answers an empty object", json("{}"), /not a list|without/],
  ["sends us elsewhere", json("", 302, { location: "http://192.0.2.1/?token=secret" }), /HTTP 302 and sends us/],
  ["says that a page was not found", json("<html>404</html>", 404, { "content-type": "text/html" }), /404/],
  ["closes the connection", (_, response) => void response.destroy(), /closes the connection|ECONNRESET/],
  [
    "closes it in the middle",
    (_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 50);
    },
    /closes the connection|ECONNRESET/,
  ],
];

describe.each(ways)("a server that %s", (_, way, what) => {
  test("ends a read of Kubernetes as a fault", async () => {
    answer = way;
    const api = cluster();
    const fault = await faultOf(api.list("pods"));
    expect(fault.code).toMatch(/^kube\.(Unreachable|InvalidResponse)$/);
    expect(fault.message).toMatch(what);
    expect(fault.message).not.toContain("secret");
    expect(seen).toBeLessThanOrEqual(5);
    api.close();
  });

  test("ends a read of AWS as a fault", async () => {
    answer = way;
    const fault = await faultOf(cloud().read("eks:DescribeCluster", { name: "prod" }));
    expect(fault.code).toMatch(/^aws\.(Unreachable|InvalidResponse)$/);
    expect(fault.message).toMatch(what);
    expect(fault.message).not.toContain("secret");
    expect(seen).toBeLessThanOrEqual(6);
    expect(calls).toMatchObject([{ to: "aws", what: "eks:DescribeCluster", outcome: fault.code }]);
  });
});

test("XML of 100 000 levels is a fault, and so is an XML answer to another question", async () => {
  answer = json(deepXml, 200, { "content-type": "text/xml" });
  expect(await faultOf(cloud().read("sts:GetCallerIdentity", {}))).toMatchObject({
    code: "aws.InvalidResponse",
    message: "cannot call sts:GetCallerIdentity: AWS answers with more than 500 levels within each other",
  });
  answer = json("<SomethingElse/>", 200, { "content-type": "text/xml" });
  expect(await faultOf(cloud().all("ec2:DescribeSubnets", {}, "Subnets"))).toMatchObject({
    code: "aws.InvalidResponse",
  });
});

test("a silent AWS is asked twice at most, a write once, and then not waited for as long", async () => {
  answer = () => {};
  const account = cloud();
  const fault = await faultOf(account.read("sts:GetCallerIdentity", {}));
  expect(fault).toMatchObject({ code: "aws.Unreachable", retry: "later" });
  expect(fault.message).toBe("cannot call sts:GetCallerIdentity: AWS gives no answer in 0.3 s, asked 2 times");
  expect(seen).toBe(2);
  const from = performance.now();
  await faultOf(account.read("sts:GetCallerIdentity", {}));
  expect(performance.now() - from).toBeLessThan(bounds.silenceMs + bounds.doubtMs);
  expect(seen).toBe(3);
  await faultOf(account.write("autoscaling:SetDesiredCapacity", { AutoScalingGroupName: "a", DesiredCapacity: 1 }));
  expect(seen).toBe(4);
});

test("a write to Kubernetes that brings no answer is made once and waited for longer than a read", async () => {
  answer = () => {};
  const api = cluster();
  const from = performance.now();
  const fault = await faultOf(api.delete({ resource: "configmaps", namespace: "a", name: "b" }));
  expect(fault.code).toBe("kube.Unreachable");
  expect(performance.now() - from).toBeGreaterThan(bounds.callMs);
  expect(seen).toBe(1);
  api.close();
});

describe("objects that are none", () => {
  const listOf = (...items: unknown[]) => json(JSON.stringify({ kind: "PodList", metadata: {}, items }));
  const pod = { metadata: { name: "a", namespace: "x" }, spec: { containers: [{ name: "c" }] } };
  test.each([
    ["null", null],
    ["a text", "x"],
    ["an object without metadata", {}],
    ["a name that is a path", { ...pod, metadata: { name: "../a" } }],
    ["a list of null containers", { ...pod, spec: { containers: [null] } }],
    ["containers that are a number", { ...pod, spec: { containers: 5 } }],
    ["labels that are a list", { ...pod, metadata: { name: "a", labels: [] } }],
  ])("%s among pods is refused, or left out and told", async (_, item) => {
    answer = listOf(pod, item);
    const api = cluster();
    expect((await faultOf(api.list("pods"))).code).toBe("kube.InvalidResponse");
    const malformed: unknown[] = [];
    expect(await api.list("pods", { onMalformed: (one) => void malformed.push(one) })).toHaveLength(1);
    expect(malformed).toHaveLength(1);
    api.close();
  });

  test("an object of another name is not what was asked for, and a yes that is none is no yes", async () => {
    answer = json(JSON.stringify({ ...pod, metadata: { name: "b" } }));
    const api = cluster();
    expect((await faultOf(api.get({ resource: "pods", namespace: "x", name: "a" }))).code).toBe("kube.InvalidResponse");
    answer = json('{"status":{"allowed":null}}');
    expect((await faultOf(api.can("get", "pods"))).code).toBe("kube.InvalidResponse");
    answer = json("<html>404</html>", 404);
    const evicted = api.evict({ namespace: "x", name: "a", uid: "u" });
    expect((await faultOf(evicted)).code).toBe("kube.InvalidResponse");
    const gone = api.delete({ resource: "pods", namespace: "x", name: "a" });
    expect((await faultOf(gone)).code).toBe("kube.InvalidResponse");
    api.close();
  });

  test("an empty list of Go's is empty", async () => {
    answer = json('{"kind":"PodList","metadata":{},"items":null}');
    const api = cluster();
    expect(await api.list("pods")).toEqual([]);
    api.close();
  });

  test("nulls among AWS's names and objects are no shorter list", async () => {
    for (const body of ['{"nodegroups":[5]}', '{"nodegroups":"x"}', '{"nodegroups":null}']) {
      answer = json(body);
      const names = cloud().allNames("eks:ListNodegroups", { clusterName: "p" }, "nodegroups");
      const outcome = await names.catch((error: unknown) => error);
      expect(outcome, body).toMatchObject({ code: "aws.InvalidResponse" });
    }
  });
});

test("the same page again and again is said to be one", async () => {
  answer = json('{"metadata":{"continue":"again"},"items":[]}');
  const api = cluster();
  expect((await faultOf(api.list("pods"))).message).toContain("the same page again and again");
  expect(seen).toBe(2);
  api.close();
  answer = json('{"nodegroups":["a"],"nextToken":"again"}');
  const names = cloud().allNames("eks:ListNodegroups", { clusterName: "p" }, "nodegroups");
  expect(await faultOf(names)).toMatchObject({ code: "aws.TooManyPages" });
});

test("headers without end, and a tongue that is not HTTP, are no answer", async () => {
  const sockets: Socket[] = [];
  let way: (socket: Socket) => void = () => {};
  const raw = createSocketServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    socket.once("data", () => way(socket));
  });
  await new Promise<void>((done) => raw.listen(0, "127.0.0.1", done));
  const at = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
  const lines =
    (text: string, ms: number) =>
    (socket: Socket): void => {
      socket.write("HTTP/1.1 200 OK\r\n");
      every(ms, () => void socket.write(text));
    };
  for (const one of [
    lines(`x: ${"y".repeat(1000)}\r\n`, 1),
    lines("x", 50),
    (socket: Socket) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n"),
    (socket: Socket) => every(20, () => void socket.write("HTTP/1.1 102 Processing\r\n\r\n")),
  ]) {
    way = one;
    const api = cluster(at);
    expect((await faultOf(api.list("pods"))).code).toMatch(/^kube\.(Unreachable|InvalidResponse)$/);
    api.close();
    expect((await faultOf(cloud(at).read("eks:ListClusters", {}))).code).toMatch(
      /^aws\.(Unreachable|InvalidResponse)$/,
    );
  }
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => raw.close(done));
});
