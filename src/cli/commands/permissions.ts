import { Option } from "commander";
import { isPurpose, permissionsOf, type Purpose, purposes } from "../../app/permissions/permissions.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { iamPolicy, permissionsText, rbacYaml } from "../../report/text/permissions.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";

/** `dovetail permissions`: what each command must be allowed, to be pasted. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .argument("[purpose]", `${Object.keys(purposes).join(", ")}`, "read")
      .addOption(new Option("--emit <form>", "one form alone").choices(["iam", "rbac"]))
      .option("--group <name>", "group of Kubernetes users that the roles are bound to", "dovetail")
      .option("--json", "one versioned JSON document instead of text");
  },
  run: (context, args, options) => Promise.resolve(run(context, args, options)),
};

function run(context: Context, args: readonly string[], options: Readonly<Record<string, unknown>>): ExitCode {
  const permissions = permissionsOf(purposeOf(args[0] ?? "read"));
  const group = typeof options["group"] === "string" ? options["group"] : "dovetail";
  if (options["json"] === true)
    context.out(JSON.stringify({ schema: "dovetail.permissions/1", ...permissions }, null, 2));
  else if (options["emit"] === "iam") context.out(JSON.stringify(iamPolicy(permissions), null, 2));
  else if (options["emit"] === "rbac") context.out(rbacYaml(permissions, group));
  else context.out(permissionsText(permissions, group));
  return 0;
}

function purposeOf(text: string): Purpose {
  if (isPurpose(text)) return text;
  const names = Object.keys(purposes);
  const near = nearest(text, names);
  const fix = near === undefined ? `pass ${names.join(", ")}` : `did you mean ${near}?`;
  throw usage("purpose", `there are no permissions for ${text}`, fix);
}
