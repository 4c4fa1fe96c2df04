import { spawn } from "node:child_process";
import { Fault } from "../../fault/fault.ts";
import type { FaultCode } from "../../fault/registry.ts";

/** Output beyond this is not a release list or a manifest of ours. */
const maxOutputBytes = 64 * 1024 * 1024;

/**
 * Runs helm with arguments and standard input; its standard output, or a `Fault` that says what helm could not do. Throws the Fault
 * that helm's last line tells apart, `helm.failed` for any other, `helm.missing` where there is no helm.
 */
export async function runHelm(
  binary: string,
  args: readonly string[],
  options: {
    readonly input: string;
    readonly timeoutMs: number;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  },
): Promise<string> {
  const { code, output, errors, isLate } = await spawned(binary, args, options);
  if (code === 0) return output;
  if (isLate) {
    throw new Fault(
      "helm.failed",
      `helm ${args[0] ?? ""} did not end within ${Math.round(options.timeoutMs / 1000)} s`,
      {
        hint: "look at the release with `helm list --all`, then run this again",
        retry: "later",
      },
    );
  }
  throw causeOf(args, code, errors.trim());
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly isLate: boolean;
}

function spawned(
  binary: string,
  args: readonly string[],
  options: {
    readonly input: string;
    readonly timeoutMs: number;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  },
): Promise<Ended> {
  return new Promise((done, fail) => {
    const { env } = options;
    const child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"], ...(env === undefined ? {} : { env }) });
    const output: Buffer[] = [];
    let size = 0;
    let errors = "";
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGTERM");
    }, options.timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutputBytes) child.kill("SIGTERM");
      else output.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-16_000);
    });
    child.on("error", (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(missing(binary, cause));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, output: Buffer.concat(output).toString(), errors, isLate });
    });
    // A helm that ends early closes the pipe; its exit code says why.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

function missing(binary: string, cause: NodeJS.ErrnoException): Fault {
  const what = cause.code === "ENOENT" ? "is not there" : `cannot be run (${cause.code ?? cause.message})`;
  return new Fault("helm.missing", `helm ${what}: ${binary}`, {
    why: "Karpenter is installed by its Helm chart, and helm owns the release",
    hint: "install helm 3 (https://helm.sh/docs/intro/install), or pass --helm PATH; --print shows the commands without it",
    cause,
  });
}

/** Causes that helm's message tells apart; the whole last line is always shown. */
function causeOf(args: readonly string[], code: number | null, errors: string): Fault {
  const line = lastLine(errors);
  const what = `helm ${args.slice(0, 3).join(" ")} ended with ${code ?? "a signal"}: ${line}`;
  const known = causes.find((cause) => cause.pattern.test(errors));
  if (known === undefined)
    return new Fault("helm.failed", what, { hint: "run the printed command by hand with --debug" });
  return new Fault(known.code, what, { hint: known.hint, retry: known.retry ?? "never" });
}

const causes: readonly {
  readonly code: FaultCode;
  readonly pattern: RegExp;
  readonly hint: string;
  readonly retry?: "later";
}[] = [
  {
    code: "helm.conflict",
    pattern: /invalid ownership metadata|cannot be imported into the current release/,
    hint: "the object belongs to another release or was made by hand: remove it, or let its owner adopt it",
  },
  {
    code: "helm.busy",
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
    hint: "wait for the other helm, or roll its pending release back",
    retry: "later",
  },
  {
    code: "helm.pull",
    pattern: new RegExp(
      [
        "failed to (download|authorize|fetch)",
        'failed to perform "FetchReference"',
        "unable to (locate|resolve)",
        "no such host",
        "manifest unknown",
        "denied: ",
        'path ".*" not found',
        'chart ".*" (version ".*" )?not found',
        "not found in",
        "Chart\\.yaml file is missing",
        "no cached repo",
      ].join("|"),
    ),
    hint: "check the registry, or pass --chart PATH and --crd-chart PATH of charts at hand",
  },
  {
    code: "kube.Unreachable",
    pattern: /Kubernetes cluster unreachable/,
    hint: "check --kubeconfig and --context, and that the API server answers",
    retry: "later",
  },
  {
    code: "kube.Forbidden",
    pattern: /is forbidden: User/,
    hint: "use credentials that may install a chart with cluster roles",
  },
];

function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? "no message").trim();
}
