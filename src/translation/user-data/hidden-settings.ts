import { isObject } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { isBootstrapVariable } from "./bootstrap.ts";
import { hasPlace } from "./kubelet.ts";
import type { Command, Script } from "./shell.ts";

/** A command that changes how the kubelet will be started, or would if something read what it changes. */
export interface HiddenSettings {
  readonly command: Command;
  readonly where: "bootstrap.sh" | "kubelet-config.json" | "drop-in" | "variables";
  /** Kubelet flags by name, and `use-max-pods` of the bootstrap script. */
  readonly flags: ReadonlyMap<string, string>;
  /** Members of a KubeletConfiguration. */
  readonly config: JsonObject;
  /** All that it does is in `flags` and `config`. */
  readonly isWhole: boolean;
  /** Something on an image of today's family reads it. */
  readonly isRead: boolean;
}

/** Kubelet settings that a script makes by editing files or setting variables instead of passing arguments. */
export function hiddenSettings(script: Script, calls: readonly Command[], family: string): readonly HiddenSettings[] {
  const isSourced = script.commands.some(
    (command) => isBootstrapEdit(command) && /\b(source|profile\.d)\b/.test(command.text),
  );
  // Images of one's own may be made from Amazon Linux 2's; those of 2023 never have it.
  const hasBootstrap = family !== "AL2023";
  return script.commands
    .filter((command) => !calls.includes(command))
    .flatMap((command): HiddenSettings[] => {
      const text = `${command.text}\n${command.words.join(" ")}`;
      if (isBootstrapEdit(command)) return [{ ...inFlags(command), where: "bootstrap.sh", isRead: hasBootstrap }];
      if (/\/etc\/kubernetes\/kubelet\/kubelet-config\.json/.test(text)) {
        return [{ ...inConfig(command), where: "kubelet-config.json", isRead: hasBootstrap }];
      }
      if (/\/etc\/systemd\/system\/kubelet\.service\.d\//.test(text)) {
        return [{ ...inFlags(command), isWhole: false, where: "drop-in", isRead: true }];
      }
      // Calls in the same script take exported ones as arguments; they are counted there.
      const isVariable =
        variableNames(command).some(isBootstrapVariable) || /\bKUBELET_EXTRA_ARGS\b/.test(command.text);
      if (!isVariable || calls.length > 0) return [];
      return [{ ...inFlags(command), where: "variables", isRead: hasBootstrap && isSourced }];
    });
}

function isBootstrapEdit(command: Command): boolean {
  return /\/etc\/eks\/bootstrap\.sh/.test(`${command.text}\n${command.words.join(" ")}`);
}

function variableNames({ words }: Command): readonly string[] {
  return words.flatMap((word) => /^([A-Za-z_]\w*)\+?=/.exec(word)?.[1] ?? []);
}

type Found = Pick<HiddenSettings, "command" | "flags" | "config" | "isWhole">;

// In whatever quotes: the text of the edit holds the flags as the kubelet will get them.
function inFlags(command: Command): Found {
  // What a here-document writes is no word of the command.
  const [first = "", ...document] = command.text.split("\n");
  const written = [...command.words.map(writtenBy), ...(first.includes("<<") ? document : [])];
  const plain = written.join(" ").replaceAll(/["'\\]/g, " ");
  const flags = new Map<string, string>();
  let unknown = 0;
  for (const [, flag = "", value = ""] of plain.matchAll(/--([a-z][a-z0-9-]*)(?:(?:=|\s+)([^\s;|)-][^\s;|)]*))?/g)) {
    if (hasPlace(flag) && value !== "") flags.set(flag, value.replace(/\/$/, ""));
    else unknown += 1;
  }
  const maxPods = /\bUSE_MAX_PODS=\s*(true|false)\b/.exec(plain)?.[1];
  if (maxPods !== undefined) flags.set("use-max-pods", maxPods);
  const isEdit = /^(sed|export|[A-Za-z_]\w*\+?=.*)$/s.test(command.words.find((word) => word !== "sudo") ?? "");
  const isSourcing = /\b(source|profile\.d)\b/.test(command.text);
  return { command, flags, config: {}, isWhole: isEdit && unknown === 0 && (flags.size > 0 || isSourcing) };
}

// Of sed's `s/old/new/` only what is put in its place will be there.
function writtenBy(word: string): string {
  const [, mark = "", rest = ""] = /^(?:\/[^/]*\/|\d+|\$)?s([/|#,@])([^]*)$/.exec(word) ?? [];
  return mark === "" ? word : (rest.split(mark)[1] ?? "");
}

/** `jq '.a.b = "c" | .d = 1'`: assignments of literals to paths. */
function inConfig(command: Command): Found {
  const plain = command.text.replaceAll('\\"', '"');
  const program = /\bjq\s+(?:-[a-zA-Z]+\s+)*'([^']*)'/.exec(plain)?.[1] ?? "";
  let config: Record<string, Json | undefined> = {};
  let isWhole = program.trim() !== "" && /^(echo|cat|jq|printf)$/.test(command.words[0] ?? "");
  for (const part of program.split("|").map((one) => one.trim())) {
    const [, path, written] = /^\.([A-Za-z][\w.]*)\s*\|?=([^]+)$/.exec(part) ?? [];
    const value = written === undefined ? undefined : literal(written);
    if (path === undefined || value === undefined) isWhole = false;
    else config = withAt(config, path.split("."), value);
  }
  return { command, flags: new Map(), config, isWhole };
}

function literal(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function withAt(target: JsonObject, path: readonly string[], value: Json): Record<string, Json | undefined> {
  const [key = "", ...rest] = path;
  const inner = target[key];
  return { ...target, [key]: rest.length === 0 ? value : withAt(isObject(inner) ? inner : {}, rest, value) };
}
