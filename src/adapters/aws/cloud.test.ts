import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openCloud, SdkCloud } from "./cloud.ts";
import { faultOfSdk } from "./faults.ts";
import { plainJson } from "./json.ts";
import { foreignCall } from "../../../test/support/aws.ts";

type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string };

let server: Server;
let answer: (path: string, query: URLSearchParams) => Reply = () => ({ body: "{}" });
let calls = 0;

beforeEach(async () => {
  calls = 0;
  server = createServer((request, response) => {
    calls += 1;
    const url = new URL(request.url ?? "/", "http://test");
    const { status = 200, headers = {}, body } = answer(url.pathname, url.searchParams);
    request.resume();
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_PROFILE", undefined);
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const cloud = (): SdkCloud => new SdkCloud("eu-west-1", {});

test("an operation is called by the name that IAM policies use, and times come out as ISO text", async () => {
  answer = (path) => ({
    body: JSON.stringify(path === "/clusters/prod" ? { cluster: { name: "prod", createdAt: 1_760_000_000 } } : {}),
  });
  expect(await cloud().read("eks:DescribeCluster", { name: "prod" })).toEqual({
    cluster: { name: "prod", createdAt: "2025-10-09T08:53:20.000Z" },
  });
});

test("lists go on to the last page", async () => {
  answer = (_path, query) => {
    const page = Number(query.get("nextToken") ?? 0);
    return {
      body: JSON.stringify({ nodegroups: [`group-${page}`], ...(page < 2 ? { nextToken: String(page + 1) } : {}) }),
    };
  };
  const names = await cloud().allNames("eks:ListNodegroups", { clusterName: "prod" }, "nodegroups");
  expect(names).toEqual(["group-0", "group-1", "group-2"]);
});

test("AWS's own code is the fault's, with what to do", async () => {
  answer = () => ({
    status: 403,
    headers: { "x-amzn-errortype": "AccessDeniedException" },
    body: '{"message":"not allowed"}',
  });
  await expect(cloud().read("eks:DescribeCluster", { name: "prod" })).rejects.toMatchObject({
    code: "aws.AccessDeniedException",
    message: "cannot call eks:DescribeCluster: not allowed (AccessDeniedException)",
    hint: "grant eks:DescribeCluster",
    retry: "never",
  });
  answer = () => ({
    status: 403,
    headers: { "x-amzn-errortype": "ExpiredTokenException" },
    body: '{"message":"expired"}',
  });
  await expect(cloud().read("eks:DescribeCluster", { name: "prod" })).rejects.toMatchObject({
    code: "aws.ExpiredCredentials",
  });
});

test("an answer that is no AWS answer is said to be none", async () => {
  answer = () => ({ status: 400, body: "<html>proxy</html>" });
  await expect(cloud().read("eks:DescribeCluster", { name: "prod" })).rejects.toMatchObject({
    code: "aws.InvalidResponse",
    message: expect.stringContaining("HTTP 400"),
  });
});

test("a profile that does not exist is named", async () => {
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  const absent = await openCloud({ region: "eu-west-1", profile: "nope" });
  await expect(absent.read("sts:GetCallerIdentity", {})).rejects.toMatchObject({
    code: "aws.NoCredentials",
    message: expect.stringContaining("no AWS credentials in profile nope"),
  });
  expect(calls).toBe(0);
});

test("nothing that names a region is a usage error", async () => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  await expect(openCloud({})).rejects.toMatchObject({ code: "usage.no-region" });
});

test("an operation that does not exist is our mistake, not the world's", async () => {
  await expect(foreignCall(cloud(), "eks:DescribeEverything", {})).rejects.toThrow(
    "no AWS operation eks:DescribeEverything",
  );
});

test("network failures and throttling may be tried later; the queue's two names are one", () => {
  const system = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  expect(faultOfSdk("ec2:DescribeVpcs", system)).toMatchObject({ code: "aws.Unreachable", retry: "later" });
  const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
  expect(faultOfSdk("ec2:DescribeVpcs", throttled)).toMatchObject({ code: "aws.ThrottlingException", retry: "later" });
  const queue = Object.assign(new Error("none"), {
    name: "QueueDoesNotExist",
    Code: "AWS.SimpleQueueService.NonExistentQueue",
  });
  expect(faultOfSdk("sqs:GetQueueUrl", queue).code).toBe("aws.QueueDoesNotExist");
});

test("a price list is a list of texts", async () => {
  answer = () => ({ body: JSON.stringify({ FormatVersion: "aws_v1", PriceList: ['{"product":{}}'] }) });
  const list = cloud().allNames("pricing:GetProducts", { ServiceCode: "AmazonEC2" }, "PriceList");
  expect(await list).toEqual(['{"product":{}}']);
});

test("blobs become base64, absent members stay absent, metadata goes", () => {
  const output = { $metadata: {}, blob: new Uint8Array([1, 2, 3]), gone: undefined, list: [new Date(0)], big: 10n };
  expect(plainJson(output)).toEqual({ blob: "AQID", list: ["1970-01-01T00:00:00.000Z"], big: "10" });
});
