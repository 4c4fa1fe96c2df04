import { isObject, parseJson } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Charts } from "../../ports/charts.ts";
import type { ChartRelease, ChartRequest } from "../../kube/helm.ts";
import { Fault } from "../../fault/fault.ts";
import type { CallSink } from "../http/calls.ts";
import type { Impersonation } from "../kubernetes/kubeconfig/config.ts";
import { runHelm } from "./run.ts";
import { writeYaml } from "../../yaml/write.ts";

/** How helm reaches the cluster: the same kubeconfig and context as everything else. */
export interface HelmOptions {
  /** Path or name of the binary; `helm` on PATH by default. */
  readonly binary?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The whole environment of helm; our own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly as?: Impersonation;
  readonly onCall?: CallSink;
}

/** Oldest helm that reads OCI charts without a switch. */
const oldestMinor = 8;
/** Above any wait of ours: a helm that hangs is stopped and said so. */
const readTimeoutMs = 60_000;

/** The `Charts` port over the user's helm, which owns its release state. Called with arguments, never through a shell. */
export class HelmCharts implements Charts {
  readonly #options: HelmOptions;
  #version: Promise<string> | undefined;

  constructor(options: HelmOptions = {}) {
    this.#options = options;
  }

  version(): Promise<string> {
    this.#version ??= this.#readVersion();
    return this.#version;
  }

  commandLine(request: ChartRequest): readonly string[] {
    return [this.#binary, ...this.#upgrade(request)];
  }

  async install(request: ChartRequest): Promise<ChartRelease> {
    await this.#run(this.#upgrade(request), writeYaml(request.values), request.timeoutMs + readTimeoutMs);
    const release = await this.release(request.release, request.namespace);
    if (release !== undefined) return release;
    throw new Fault("helm.failed", `helm installed ${request.release} but does not list it`, { retry: "later" });
  }

  template(request: ChartRequest): Promise<string> {
    const args = ["template", request.release, request.chart, "--namespace", request.namespace, "--include-crds"];
    return this.#run([...args, ...versionOf(request), "--values", "-"], writeYaml(request.values), readTimeoutMs);
  }

  async release(name: string, namespace: string): Promise<ChartRelease | undefined> {
    const filter = `^${name.replace(/[.+]/g, "\\$&")}$`;
    const all = await this.#list(["--namespace", namespace, "--filter", filter]);
    return all.find((one) => one.name === name);
  }

  releases(): Promise<readonly ChartRelease[]> {
    return this.#list(["--all-namespaces"]);
  }

  async values(name: string, namespace: string): Promise<JsonObject | undefined> {
    if ((await this.release(name, namespace)) === undefined) return undefined;
    const text = await this.#run(["get", "values", name, "--namespace", namespace, "--output", "json"]);
    const values = jsonOf(text, "helm get values");
    return isObject(values) ? values : {};
  }

  async uninstall(name: string, namespace: string): Promise<void> {
    if ((await this.release(name, namespace)) === undefined) return;
    await this.#run(["uninstall", name, "--namespace", namespace, "--wait"], "", 300_000);
  }

  async rollback(name: string, namespace: string, revision: number): Promise<void> {
    await this.#run(["rollback", name, String(revision), "--namespace", namespace], "", 300_000);
  }

  get #binary(): string {
    return this.#options.binary ?? "helm";
  }

  #upgrade(request: ChartRequest): readonly string[] {
    const { release, chart, namespace, timeoutMs } = request;
    const args = ["upgrade", "--install", release, chart, "--namespace", namespace, ...versionOf(request)];
    if (request.createNamespace === true) args.push("--create-namespace");
    return [...args, "--timeout", `${Math.ceil(timeoutMs / 1000)}s`, "--values", "-"];
  }

  async #list(args: readonly string[]): Promise<readonly ChartRelease[]> {
    // `--all` shows failed and pending releases too; `--max 0` lifts helm's silent bound of 256.
    const text = await this.#run(["list", "--all", "--max", "0", "--output", "json", ...args]);
    const list = jsonOf(text, "helm list");
    return Array.isArray(list) ? list.filter(isObject).map(releaseOf) : [];
  }

  async #run(args: readonly string[], input = "", timeoutMs = readTimeoutMs): Promise<string> {
    await this.version();
    const startMs = Date.now();
    const tell = (outcome: string): void =>
      this.#options.onCall?.({
        to: "helm",
        what: `helm ${args[0] ?? ""}`,
        outcome,
        ms: Date.now() - startMs,
        tries: 1,
      });
    try {
      const { env } = this.#options;
      const output = await runHelm(this.#binary, [...args, ...this.#where()], { input, timeoutMs, env });
      tell("ok");
      return output;
    } catch (error) {
      tell(error instanceof Fault ? error.code : "failed");
      throw error;
    }
  }

  #where(): readonly string[] {
    const { kubeconfig, context, as } = this.#options;
    return [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
      ...(context === undefined ? [] : ["--kube-context", context]),
      ...(as?.user === undefined ? [] : ["--kube-as-user", as.user]),
      ...(as?.groups ?? []).flatMap((group) => ["--kube-as-group", group]),
    ];
  }

  async #readVersion(): Promise<string> {
    const text = await runHelm(this.#binary, ["version", "--template", "{{.Version}}"], {
      input: "",
      timeoutMs: readTimeoutMs,
      env: this.#options.env,
    });
    const [, version = "", major = "0", minor = "0"] = /(?<!\d)((\d{1,9})\.(\d{1,9})\S*)/.exec(text) ?? [];
    if (Number(major) > 3 || (Number(major) === 3 && Number(minor) >= oldestMinor)) return version;
    throw new Fault(
      "helm.tooOld",
      `${this.#binary} is version ${text.trim() || "unknown"}; 3.${oldestMinor} or newer is needed`,
      {
        why: "older ones do not read charts from OCI registries",
        hint: "install a current helm, or pass --helm PATH",
      },
    );
  }
}

function versionOf(request: ChartRequest): readonly string[] {
  return request.version === undefined ? [] : ["--version", request.version];
}

function releaseOf(item: JsonObject): ChartRelease {
  const text = (name: string): string => {
    const value = item[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return {
    name: text("name"),
    namespace: text("namespace"),
    status: text("status"),
    revision: Number(item["revision"] ?? 0),
    chart: text("chart"),
    appVersion: text("app_version"),
    updated: text("updated"),
  };
}

function jsonOf(text: string, what: string): Json {
  try {
    return text === "" ? null : parseJson(text);
  } catch (cause) {
    throw new Fault("helm.failed", `${what} did not answer JSON: ${text.slice(0, 200)}`, { cause });
  }
}
