import { parse as parseToml } from "smol-toml";
import { parseYaml } from "../../yaml/read.ts";
import type { Kubelet } from "../../karpenter/aws/node-class.ts";
import type { FamilyName } from "../../karpenter/aws/families.ts";
import { parseFlags } from "../../translation/user-data/kubelet.ts";
import { type Piece, splitUserData } from "../../translation/user-data/pieces.ts";
import { isList, isObject, valueAt } from "../../kube/json.ts";
import type { Json, JsonObject, Labels, Taint } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";

/** What an instance's user data tells the programs that make a node of it. */
export interface BootData {
  /** Of the program that reads it: what the kubelet keeps to itself follows from it. */
  readonly family: FamilyName;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly kubelet: Kubelet;
  /** The instance's own disks are one volume, which pods write to. */
  readonly hasRaid: boolean;
}

const nothing: BootData = { family: "Custom", labels: {}, taints: [], kubelet: {}, hasRaid: false };

/** Whether a row's field is what `launchInstance` wrote there. */
export function isBootData(value: Json | undefined): value is Json & BootData {
  return isObject(value) && isObject(value["labels"]) && isList(value["taints"]) && isObject(value["kubelet"]);
}

/** A machine that was told nothing. */
export const noBootData: BootData = nothing;

// A pure function's results: the instances of a launch template share one text.
const known = new Map<string, BootData>();
const mostKnown = 256;

/**
 * Reads user data as nodeadm (AL2023), bootstrap.sh (AL2), Bottlerocket and Start-EKSBootstrap.ps1 (Windows) would. Later parts win. What
 * none of them reads says nothing.
 */
export function bootDataOf(userData: string): BootData {
  const before = known.get(userData);
  if (before !== undefined) return before;
  const read = splitUserData(userData).reduce(readPiece, nothing);
  if (known.size >= mostKnown) known.delete(known.keys().next().value ?? "");
  known.set(userData, read);
  return read;
}

function readPiece(data: BootData, piece: Piece): BootData {
  if (piece.kind === "nodeadm")
    return readNodeConfig(
      data,
      parsed(() => parseYaml(piece.text)),
    );
  if (piece.kind === "toml")
    return readSettings(
      data,
      parsed(() => parseToml(piece.text)),
    );
  if (piece.kind === "shell") return readScript(data, piece.text, { program: /bootstrap\.sh/, family: "AL2" });
  if (piece.kind === "powershell")
    return readScript(data, piece.text, { program: /EKSBootstrapScriptFile/, family: "Windows2022" });
  return data;
}

function parsed(read: () => unknown): JsonObject {
  try {
    const value = read();
    return isObject(value) ? value : {};
  } catch {
    // Such a node would not boot; here it boots and is told nothing.
    return {};
  }
}

function readNodeConfig(data: BootData, config: JsonObject): BootData {
  const kubelet = valueAt(config, "spec", "kubelet", "config");
  const flags = valueAt(config, "spec", "kubelet", "flags");
  const told = withFlags(data, parseFlags(isList(flags) ? flags.map(str) : []));
  const own = isObject(kubelet) ? kubelet : {};
  const { registerWithTaints, ...fields } = own;
  const taints = isList(registerWithTaints) ? registerWithTaints.filter(isObject).map(taintOf) : [];
  return {
    family: "AL2023",
    labels: told.labels,
    taints: [...told.taints, ...taints],
    kubelet: { ...told.kubelet, ...fields },
    hasRaid: data.hasRaid || valueAt(config, "spec", "instance", "localStorage", "strategy") === "RAID0",
  };
}

function taintOf(taint: JsonObject): Taint {
  const value = taint["value"];
  return {
    key: str(taint["key"]),
    ...(value === undefined ? {} : { value: str(value) }),
    effect: str(taint["effect"]),
  };
}

function readScript(
  data: BootData,
  script: string,
  how: { readonly program: RegExp; readonly family: FamilyName },
): BootData {
  if (!how.program.test(script)) return data;
  const args = /(?:--kubelet-extra-args|-KubeletExtraArgs)\s+(['"])([^]*?)\1/.exec(script)?.[2] ?? "";
  const told = withFlags(data, parseFlags(args.split(/\s+/)));
  return { ...told, family: how.family, hasRaid: data.hasRaid || /--local-disks\s+raid0/.test(script) };
}

function withFlags(data: BootData, flags: ReadonlyMap<string, string>): BootData {
  const list = (name: string): readonly string[] => (flags.get(name) ?? "").split(",").filter((one) => one !== "");
  const number = (name: string): number | undefined => (flags.has(name) ? Number(flags.get(name)) : undefined);
  const pairs = (name: string, separator: string): Labels =>
    Object.fromEntries(list(name).map((one) => cut(one, separator)));
  const maxPods = number("max-pods");
  const podsPerCore = number("pods-per-core");
  return {
    ...data,
    labels: { ...data.labels, ...pairs("node-labels", "=") },
    taints: [...data.taints, ...list("register-with-taints").map(taintOfText)],
    kubelet: {
      ...data.kubelet,
      ...(maxPods === undefined ? {} : { maxPods }),
      ...(podsPerCore === undefined ? {} : { podsPerCore }),
      ...(flags.has("kube-reserved") ? { kubeReserved: pairs("kube-reserved", "=") } : {}),
      ...(flags.has("system-reserved") ? { systemReserved: pairs("system-reserved", "=") } : {}),
      ...(flags.has("eviction-hard") ? { evictionHard: pairs("eviction-hard", "<") } : {}),
    },
  };
}

/** `key=value:Effect`, `key:Effect`. */
function taintOfText(text: string): Taint {
  const [head, effect] = cut(text, ":");
  const [key, value] = cut(head, "=");
  return { key, ...(value === "" ? {} : { value }), effect };
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function readSettings(data: BootData, toml: JsonObject): BootData {
  const settings = valueAt(toml, "settings", "kubernetes");
  const own = isObject(settings) ? settings : {};
  const texts = (key: string): Labels => {
    const map = own[key];
    return isObject(map) ? Object.fromEntries(Object.entries(map).map(([name, value]) => [name, str(value)])) : {};
  };
  const taints = Object.entries(isObject(own["node-taints"]) ? own["node-taints"] : {}).flatMap(([key, values]) =>
    (isList(values) ? values : [values]).map((value) => {
      const [of, effect] = cut(str(value), ":");
      return { key, ...(of === "" ? {} : { value: of }), effect };
    }),
  );
  const maxPods = own["max-pods"];
  return {
    family: "Bottlerocket",
    labels: { ...data.labels, ...texts("node-labels") },
    taints: [...data.taints, ...taints],
    kubelet: {
      ...data.kubelet,
      ...(typeof maxPods === "number" ? { maxPods } : {}),
      kubeReserved: texts("kube-reserved"),
      systemReserved: texts("system-reserved"),
      evictionHard: texts("eviction-hard"),
    },
    hasRaid: data.hasRaid || JSON.stringify(valueAt(toml, "settings", "bootstrap-commands") ?? "").includes('"init"'),
  };
}
