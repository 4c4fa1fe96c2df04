import { type Command, Option } from "commander";
import { usage } from "../fault/fault.ts";

/** Options by which every command takes its cluster. */
export function addSourceOptions(command: Command): Command {
  // The word that a recording is called by is understood too.
  const refuseBoth = (other: string): void => {
    if (command.getOptionValue(other) === undefined) return;
    throw usage("several-sources", "--from and --snapshot name two sources", "pass one of them");
  };
  command.on("option:from", () => refuseBoth("snapshot"));
  command.on("option:snapshot", (path: string) => {
    refuseBoth("from");
    command.setOptionValue("from", path);
  });
  return command
    .option("--context <name>", "kubeconfig context (default: the current one)")
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)")
    .option("--as <user>", "Kubernetes user to impersonate")
    .addOption(
      new Option("--as-group <group>", "Kubernetes group to impersonate, as often as needed").argParser(
        (one: string, all: readonly string[] | undefined): readonly string[] => [...(all ?? []), one],
      ),
    )
    .addOption(new Option("--as-uid <uid>", "Kubernetes uid to impersonate").hideHelp())
    .option("--region <name>", "AWS region (default: as the AWS CLI)")
    .option("--profile <name>", "AWS profile (default: as the AWS CLI)")
    .option("--cluster <name>", "EKS cluster name (default: read from the kubeconfig and the nodes)")
    .option("--from <path>", "snapshot file, folder of `kubectl get -o yaml|json` dumps, or - for a stream")
    .addOption(new Option("--snapshot <path>", "the same as --from").hideHelp())
    .option(
      "--pod-templates <file>",
      "where custom resources of --from hold their pod templates (docs/guide/snapshot.md)",
    )
    .option("--sandbox <name>", "built-in sample cluster")
    .option("--seed <number>", "seed of the sandbox (default 1)")
    .option("--state <folder>", "folder for journals, results and sandboxes (default .dovetail)");
}

/** Options of commands that may write. */
export function addWriteOptions(command: Command): Command {
  return command
    .option("--yes", "apply without asking (severe steps also need --confirm)")
    .option("--confirm <cluster>", "the cluster's name, for severe steps in scripts")
    .option("--no-input", "never ask: a question becomes a usage error that names the flag to pass");
}
