/** ux-15-kubeconfig-and-proxy, the account: profiles with roles, second factors, SSO and login programs, over our own way to the network. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call } from "../http/calls.ts";
import type { Outside } from "../http/outside.ts";
import { SdkCloud } from "./cloud.ts";

let folder = "";
let server: Server;
let seen: string[] = [];
let keys: string[] = [];

const credentials = `<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
const user = `<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>`;

function answerTo(path: string, body: string): readonly [string, string] {
  if (path.startsWith("/federation/credentials")) {
    const roleCredentials = {
      accessKeyId: "ASIASSO",
      secretAccessKey: "s",
      sessionToken: "t",
      expiration: 4_000_000_000_000,
    };
    return ["application/json", JSON.stringify({ roleCredentials })];
  }
  const isRole = body.includes("Action=AssumeRole");
  const name = isRole ? "AssumeRole" : "GetCallerIdentity";
  const result = isRole ? `${credentials}${user}` : "<Account>111122223333</Account><Arn>a</Arn>";
  return ["text/xml", `<${name}Response><${name}Result>${result}</${name}Result></${name}Response>`];
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-aws-"));
  seen = [];
  keys = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen.push(/Action=(\w+)/.exec(body)?.[1] ?? request.url ?? "");
      if (body.includes("TokenCode")) seen.push(/TokenCode=(\d+)/.exec(body)?.[1] ?? "");
      keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? "")?.[1] ?? "");
      const [type, text] = answerTo(request.url ?? "", body);
      response.writeHead(200, { "content-type": type }).end(text);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  vi.stubEnv("HOME", folder);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "credentials"));
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"])
    vi.stubEnv(name, undefined);
  writeFileSync(join(folder, "credentials"), "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n");
  writeFileSync(
    join(folder, "config"),
    `[profile role]
role_arn = arn:aws:iam::111122223333:role/r
source_profile = base
[profile mfa]
role_arn = arn:aws:iam::111122223333:role/r
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/ann
[profile program]
credential_process = echo '{"Version":1,"AccessKeyId":"ASIAPROGRAM","SecretAccessKey":"s","SessionToken":"t"}'
[profile stuck]
credential_process = sleep 20
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access
`,
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const whoAmI = (profile: string, outside: Outside = {}): Promise<unknown> =>
  new SdkCloud("eu-west-1", { profile, ...outside }).read("sts:GetCallerIdentity", {});

test("a role of a profile is assumed with the keys of its source", async () => {
  await whoAmI("role");
  expect(seen).toEqual(["AssumeRole", "GetCallerIdentity"]);
  expect(keys).toEqual(["AKIABASE", "ASIAROLE"]);
});

test("a role that wants a second factor asks for its code where somebody can answer, once", async () => {
  const asked: string[] = [];
  const terminal = {
    isInteractive: true,
    say: () => {},
    ask: (question: string) => {
      asked.push(question);
      return Promise.resolve(" 123456 ");
    },
  };
  const account = new SdkCloud("eu-west-1", { profile: "mfa", terminal });
  await account.read("sts:GetCallerIdentity", {});
  await account.read("sts:GetCallerIdentity", {});
  expect(asked).toEqual(["MFA code for arn:aws:iam::111122223333:mfa/ann: "]);
  expect(seen).toEqual(["AssumeRole", "123456", "GetCallerIdentity", "GetCallerIdentity"]);
  await expect(whoAmI("mfa")).rejects.toMatchObject({
    code: "aws.NoCredentials",
    message: expect.stringContaining("multi-factor"),
  });
});

test("a login program's keys are used, and one that never ends is not waited for", async () => {
  const calls: Call[] = [];
  await whoAmI("program", { onCall: (call) => void calls.push(call) });
  expect(keys).toEqual(["ASIAPROGRAM"]);
  expect(calls).toMatchObject([{ to: "aws", what: "sts:GetCallerIdentity", outcome: 200, tries: 1 }]);
  expect(JSON.stringify(calls)).not.toContain("ASIA");
  const from = performance.now();
  await expect(whoAmI("stuck", { loginMs: { asking: 300, silent: 300 } })).rejects.toMatchObject({
    code: "aws.Unreachable",
    message: expect.stringContaining("gives no credentials within 0.3 s"),
  });
  expect(performance.now() - from).toBeLessThan(5_000);
});

test("SSO gives a role's keys while its session lasts, and says how to renew it afterwards", async () => {
  const cache = join(folder, ".aws", "sso", "cache");
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${createHash("sha1").update("corp").digest("hex")}.json`);
  const session = (expiresAt: string) => JSON.stringify({ accessToken: "token", expiresAt, region: "eu-west-1" });
  writeFileSync(file, session("2099-01-01T00:00:00Z"));
  await whoAmI("sso");
  expect(keys.at(-1)).toBe("ASIASSO");
  expect(seen[0]).toMatch(/^\/federation\/credentials/);
  writeFileSync(file, session("2020-01-01T00:00:00Z"));
  await expect(whoAmI("sso")).rejects.toMatchObject({
    code: "aws.NoCredentials",
    message: expect.stringMatching(/expired|aws sso login/),
  });
});
