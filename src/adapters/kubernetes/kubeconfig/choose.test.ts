/** ux-15-kubeconfig-and-proxy, the kubeconfig: found, merged and chosen as kubectl does it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { Fault } from "../../../fault/fault.ts";
import type { Environment } from "../../http/proxy.ts";
import { chooseKubeconfig, type ChosenKubeconfig, type KubeconfigRequest } from "./choose.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-kubeconfig-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : stringify(content));
  return path;
}

interface Names {
  readonly context: string;
  readonly cluster?: string;
  readonly token?: string;
  readonly current?: string;
}

function config({ context, cluster = `${context}-c`, token = "t", current }: Names): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    ...(current === undefined ? {} : { "current-context": current }),
    contexts: [{ name: context, context: { cluster, user: "u" } }],
    clusters: [{ name: cluster, cluster: { server: `https://${cluster}.example` } }],
    users: [{ name: "u", user: { token } }],
  };
}

const env = (...paths: string[]): Environment => ({ HOME: folder, KUBECONFIG: paths.join(delimiter) });
const choose = (request: KubeconfigRequest, of: Environment): ChosenKubeconfig => chooseKubeconfig(request, of);

function refusal(request: KubeconfigRequest, of: Environment): Fault {
  try {
    choose(request, of);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("A: several files are one, and of a name that stands twice the first wins", () => {
  const a = file("a.yaml", config({ context: "first", token: "of-a", current: "first" }));
  const b = file("b.yaml", config({ context: "second", token: "of-b", current: "second" }));
  expect(choose({ context: "second" }, env(a, b))).toMatchObject({
    server: "https://second-c.example",
    user: { name: "u", token: "of-a" },
  });
  expect(choose({}, env(a, b)).context).toBe("first");
  expect(choose({}, env(b, a)).context).toBe("second");
  expect(choose({}, env(join(folder, "gone.yaml"), "", b, b, a)).user.token).toBe("of-b");
  expect(choose({ context: "first", kubeconfig: a }, env(b)).server).toBe("https://first-c.example");
});

test("B: no kubeconfig at all is said to be none, with and without --context", () => {
  for (const request of [{}, { context: "nosuch" }]) {
    const found = refusal(request, { HOME: folder });
    expect(found).toMatchObject({ code: "usage.no-kubeconfig", message: "no kubeconfig was found" });
    expect(found.why).toBe(`nothing is at ${join(folder, ".kube", "config")}`);
  }
  expect(refusal({}, env(join(folder, "gone.yaml"))).code).toBe("usage.no-kubeconfig");
  expect(refusal({ kubeconfig: join(folder, "gone.yaml") }, {}).message).toMatch(/gone.yaml does not exist/);
});

test("what is wrong with one entry matters to who chooses it only", () => {
  const broken = {
    ...config({ context: "good", current: "good" }),
    contexts: [
      { name: "good", context: { cluster: "good-c", user: "u" } },
      { name: "bad", context: { cluster: "good-c", user: "bad" } },
      { name: "homeless", context: { cluster: "none", user: "u" } },
      { name: "nobody", context: { cluster: "good-c", user: "gone" } },
      { name: "two", context: { cluster: "good-c", user: "two" } },
    ],
    users: [
      { name: "u", user: { token: "t" } },
      { name: "bad", user: { exec: { apiVersion: "client.authentication.k8s.io/v1" } } },
      { name: "two", user: { token: "t", username: "a", password: "b" } },
    ],
  };
  const path = file("x.yaml", broken);
  expect(choose({}, env(path)).context).toBe("good");
  for (const [context, said] of [
    ["bad", "gives user bad a login without a command"],
    ["homeless", "names cluster none, which"],
    ["nobody", "names user gone, which"],
    ["two", "has both a token and a username"],
  ] as const) {
    const found = refusal({ context }, env(path));
    expect(found.code).toBe("usage.kubeconfig");
    expect(found.message).toContain(said);
  }
});

test.each([
  ["a list", "[1]", "it holds one word or a list"],
  ["another kind", "kind: Pod\n", "its kind is Pod"],
  ["no YAML", "a: [", "is not YAML at line 1"],
  ["a name twice", { clusters: [{ name: "a" }, { name: "a" }], contexts: [{ name: "a" }] }, "names cluster a twice"],
  ["clusters that are a map", { clusters: { a: 1 } }, "has clusters that are no list"],
  ["an entry without a name", { users: [{ user: {} }] }, "has no name at users[0]"],
  ["100 000 levels", `a: ${"[".repeat(100_000)}`, "is not YAML"],
])("a kubeconfig of %s is a usage error", (_, content, said) => {
  const found = refusal({}, env(file("x.yaml", content)));
  expect(found.code).toBe("usage.kubeconfig");
  expect(found.message).toContain(said);
});

test("files are found from the kubeconfig's folder, and addresses without a scheme are understood", () => {
  const path = file("x.yaml", {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "10.0.0.1:6443/", "certificate-authority": "ca.pem" } }],
    users: [{ name: "u", user: { tokenFile: "token", exec: { apiVersion: "v1", command: "./login" } } }],
  });
  expect(choose({}, env(path))).toMatchObject({
    server: "https://10.0.0.1:6443",
    cluster: { caFile: join(folder, "ca.pem") },
    user: { tokenFile: join(folder, "token"), exec: { command: join(folder, "login") } },
  });
});

test("--as, --as-group and --as-uid win over the kubeconfig, and a group needs a user", () => {
  const given = config({ context: "x", current: "x" });
  const path = file("x.yaml", {
    ...given,
    users: [{ name: "u", user: { token: "t", as: "bob", "as-groups": ["g"] } }],
  });
  expect(choose({}, env(path)).user.impersonated).toEqual({ user: "bob", groups: ["g"] });
  expect(choose({ as: {} }, env(path)).user.impersonated).toEqual({ user: "bob", groups: ["g"] });
  const as = { user: "ann", groups: ["a", "b"] };
  expect(choose({ as }, env(path)).user.impersonated).toEqual(as);
  expect(refusal({ as: { groups: ["a"] } }, env(path)).code).toBe("usage.contradiction");
});

test("what the kubeconfig tells of EKS is found in ARNs, addresses and login arguments", () => {
  const of = (cluster: string, user: object, server = "https://x.gr7.eu-west-1.eks.amazonaws.com"): object => ({
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster, user: "u" } }],
    clusters: [{ name: cluster, cluster: { server } }],
    users: [{ name: "u", user }],
  });
  const eks = (content: object) => choose({}, env(file("x.yaml", content))).eks;
  const arn = "arn:aws-us-gov:eks:us-gov-west-1:111122223333:cluster/prod";
  expect(eks(of(arn, { token: "t" }))).toEqual({ region: "us-gov-west-1", accountId: "111122223333", name: "prod" });
  const login = { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws" };
  const args = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name=prod", "--profile", "ops"];
  expect(eks(of("c", { exec: { ...login, args } }))).toEqual({ region: "eu-west-1", name: "prod", profile: "ops" });
  const withEnv = { ...login, args: ["eks", "get-token", "-i", "p"], env: [{ name: "AWS_PROFILE", value: "dev" }] };
  expect(eks(of("c", { exec: withEnv }))).toEqual({ region: "eu-west-1", name: "p", profile: "dev" });
  expect(eks(of("shop.us-east-2.eksctl.io", {}, "https://x"))).toEqual({ name: "shop", region: "us-east-2" });
});
