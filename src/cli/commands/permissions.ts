import { Option } from "commander";
import { isPurpose, permissionsOf, type Purpose, purposes } from "../../app/permissions/permissions.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { iamPolicy, permissionsText, rbacYaml } from "../../report/text/permissions.ts";
import { plainMembers, versionedDocument } from "../../report/json.ts";
import { refuseTogether } from "../conflicts.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";

/** `dovetail permissions`: what each command must be allowed, to be pasted. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .argument("[purpose]", `${Object.keys(purposes).join(", ")}`, "read")
      .addOption(new Option("--emit <form>", "one form alone").choices(["iam", "rbac"]))
      .option("--group <name>", "group of Kubernetes users that the roles are bound to", "dovetail");
    addOutputOptions(command);
  },
  run: (context, args, options) => Promise.resolve(run(context, args, options)),
};

function run(context: Context, args: readonly string[], options: Readonly<Record<string, unknown>>): ExitCode {
  const permissions = permissionsOf(purposeOf(args[0] ?? "read"));
  const group = typeof options["group"] === "string" ? options["group"] : "dovetail";
  refuseTogether(options, [
    ["emit", "json"],
    ["emit", "output"],
  ]);
  // What is pasted is never broken to the width of a terminal.
  if (options["emit"] === "iam") context.print(JSON.stringify(iamPolicy(permissions), null, 2));
  else if (options["emit"] === "rbac") context.print(rbacYaml(permissions, group));
  else
    answerWith(context, options, {
      document: () => versionedDocument("permissions", "permissions", plainMembers(permissions)),
      text: () => "",
      after: () => permissionsText(permissions, group),
    });
  return 0;
}

function purposeOf(text: string): Purpose {
  if (isPurpose(text)) return text;
  const names = Object.keys(purposes);
  const near = nearest(text, names);
  const fix = near === undefined ? `pass ${names.join(", ")}` : `did you mean ${near}?`;
  throw usage("purpose", `there are no permissions for ${text}`, fix);
}
