import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { setupChange } from "../../src/app/setup/setup.ts";
import { renderCloudFormation } from "../../src/report/emit/setup/cloudformation.ts";
import { cliName, renderShell } from "../../src/report/emit/setup/shell.ts";
import { renderTerraform } from "../../src/report/emit/setup/terraform.ts";
import type { SetupPlan } from "../../src/migration/plan.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-emit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a checker on a text; says loudly when this machine does not have it. */
function check(file: string, text: string, command: readonly [string, ...string[]]): string {
  writeFileSync(join(folder, file), text);
  const [program, ...args] = command;
  const answer = spawnSync(program, [...args, join(folder, file)], {
    encoding: "utf8",
    env: { ...process.env, TF_CLI_CONFIG_FILE: "" },
  });
  if (answer.error !== undefined) {
    process.stderr.write(`*** ${program} is not installed: ${file} was not checked with it ***\n`);
    return "";
  }
  return answer.status === 0 ? "" : `${answer.stdout}${answer.stderr}`;
}

describe.each(["clean", "traps"])("a setup of sandbox %s emitted", (name) => {
  let plan: SetupPlan;
  beforeAll(async () => {
    ({ plan } = await setupChange({ by: "tester@here" }).prepare((await openSandbox({ name })).world));
  });

  test("as a shell script passes shellcheck and holds every call", () => {
    const text = renderShell(plan);
    expect(check("setup.sh", text, [process.env["DOVETAIL_SHELLCHECK"] ?? "shellcheck"])).toBe("");
    expect(check("setup.sh", text, ["bash", "-n"])).toBe("");
    const calls = plan.stages.flatMap((stage) => stage.steps).flatMap((step) => step.calls);
    const aws = calls.filter((call) => !call.operation.startsWith("kube:"));
    expect(text.match(/^aws (?!sts)/gm)?.length).toBe(aws.length);
  });

  test("as CloudFormation passes cfn-lint and names what it leaves out", { timeout: 60_000 }, () => {
    const { text, leftOut } = renderCloudFormation(plan);
    // Once is enough: it takes seconds.
    if (name === "clean") expect(check("setup.yaml", text, ["cfn-lint"])).toBe("");
    const resources = Object.values((parse(text) as { Resources: Record<string, { Type: string }> }).Resources);
    expect(resources.filter((one) => one.Type === "AWS::IAM::ManagedPolicy").length).toBe(6);
    expect(leftOut.some((title) => title.startsWith("tag "))).toBe(true);
  });

  test("as Terraform is formatted as terraform fmt would", () => {
    const { text } = renderTerraform(plan);
    expect(check("main.tf", text, ["terraform", "fmt", "-check", "-diff"])).toBe("");
    expect(text).toContain("terraform-aws-modules/eks/aws//modules/karpenter");
  });
});

test.each([
  ["iam:CreateOpenIDConnectProvider", "aws iam create-open-id-connect-provider"],
  ["events:PutRule", "aws events put-rule"],
  ["eks:CreatePodIdentityAssociation", "aws eks create-pod-identity-association"],
  ["ec2:CreateTags", "aws ec2 create-tags"],
])("%s is called %s by the AWS CLI", (operation, words) => expect(cliName(operation)).toBe(words));
