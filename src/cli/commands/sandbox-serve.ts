import { seedOf } from "./values.ts";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { usage } from "../../fault/fault.ts";
import type { Context, ExitCode } from "../command.ts";

const usualSpeed = 60;
const mostSpeed = 3600;

/** `dovetail sandbox serve NAME`: the Kubernetes API of a sandbox on loopback, until Ctrl-C. Its state is kept as commands keep it. */
export async function serveSandbox(
  context: Context,
  options: Readonly<Record<string, unknown>>,
  { name, folder }: { readonly name: string; readonly folder: string },
): Promise<ExitCode> {
  const speed = numberIn(options["speed"], { usual: usualSpeed, most: mostSpeed }, (text) =>
    usage("speed", `--speed ${text} is no number from 0 to ${mostSpeed}`),
  );
  const port = numberIn(options["port"], { usual: 0, most: 65_535 }, (text) =>
    usage("port", `--port ${text} is no port`, "pass a number from 1 to 65535, or none for any that is free"),
  );
  const asked = options["seed"];
  const seed = typeof asked === "string" ? { seed: seedOf(asked) } : {};
  const [{ openSandbox }, { serve }, { kubeconfigOf }] = await Promise.all([
    import("../../adapters/sandbox/open.ts"),
    import("../../server/serve.ts"),
    import("../../server/kubeconfig.ts"),
  ]);
  const opened = await openSandbox({ name, stateFolder: folder, ...seed });
  const served = await serve(opened.sandbox, { port, speed });
  const file = join(folder, `sandbox-${name}.kubeconfig`);
  const saveNow = (): void => opened.saveNow();
  process.once("exit", saveNow);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, kubeconfigOf({ name, ...served }), { mode: 0o600 });
    // The mode above is for a new file only.
    await chmod(file, 0o600);
    context.out(welcome({ name, file, url: served.url, speed }));
    const failed = await Promise.race([served.failed, asksToStop()]);
    if (failed !== undefined) throw failed;
  } finally {
    process.off("exit", saveNow);
    await served.close();
    await rm(file, { force: true });
    await opened.save();
  }
  return 0;
}

function welcome(served: {
  readonly name: string;
  readonly file: string;
  readonly url: string;
  readonly speed: number;
}): string {
  const { name, file, url, speed } = served;
  const pace = speed === 0 ? "time stands still" : `${speed} s of it pass in one second`;
  return [
    `sandbox ${name} at ${url}: ${pace}; Ctrl-C ends it and keeps its state`,
    "",
    `  kubectl --kubeconfig ${file} get nodes`,
    `  dovetail assess --kubeconfig ${file}`,
    "",
  ].join("\n");
}

/** Resolves when the terminal or a supervisor wants the server to end. */
function asksToStop(): Promise<undefined> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => done(undefined));
  });
}

function numberIn(
  given: unknown,
  range: { readonly usual: number; readonly most: number },
  refuse: (text: string) => Error,
): number {
  if (given === undefined) return range.usual;
  const text = typeof given === "string" ? given : "";
  const value = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= range.most)) throw refuse(text);
  return value;
}
