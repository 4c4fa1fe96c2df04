import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Facts } from "../facts.ts";
import { bootstrapCalls, takeBootstrap } from "./bootstrap.ts";
import { hiddenSettings, type HiddenSettings } from "./hidden-settings.ts";
import { familyTitle, missingOn } from "./image-paths.ts";
import { flagTree, takeKubeletConfig, takeKubeletFlags } from "./kubelet.ts";
import { nodeConfig } from "./node-config.ts";
import { nodeadmPiece, type Piece } from "./pieces.ts";
import { type Command, readScript, type Script } from "./shell.ts";

/**
 * A shell script: the call of the bootstrap goes, kubelet settings find their fields wherever the script makes them, and every line that
 * the new image cannot carry out is named. Returns what stays.
 */
export function takeScript(
  draft: Draft,
  facts: Facts,
  piece: Piece,
  place: Where["place"] = (line) => `line ${line}`,
): readonly Piece[] {
  const target = draft.image?.family ?? "Custom";
  const today = draft.familyToday ?? target;
  const where: Where = { today, target, place };
  const script = readScript(piece.text);
  // On Amazon Linux 2023 no such program exists: there is no call that could do anything.
  const calls = today === "AL2023" ? [] : bootstrapCalls(script);
  const flags = calls.length === 0 ? [] : takeBootstrap(draft, script, calls);
  const hidden = hiddenSettings(script, calls, today);
  const isMoved = target === "AL2023" && today !== target;
  const gone = hidden.filter((one) => isMoved && one.isRead && one.isWhole && isRemovable(one.command, piece.text));
  const config = takeHidden(draft, hidden, gone);
  if (target === "Custom") return [piece];
  noteOrder(draft, script, calls);
  const idle = today === "Custom" ? [] : hidden.filter((one) => !one.isRead);
  noteHidden(draft, hidden, gone, where);
  noteIdle(draft, idle, where);
  const known = new Set([...gone, ...idle].map((one) => one.command).concat(calls));
  noteMissing(
    draft,
    script.commands.filter((command) => !known.has(command)),
    where,
  );
  const text = without(piece.text, [...calls, ...gone.map((one) => one.command)]);
  const kept: Piece[] = isIdle(text) ? [] : [{ ...piece, text: text.trimEnd() }];
  const settings = {
    ...(Object.keys(config).length === 0 ? {} : { config }),
    ...(flags.length === 0 ? {} : { flags: [...flags] }),
  };
  if (target === "AL2023" && Object.keys(settings).length > 0) {
    kept.push(nodeadmPiece(facts.input.codecs.printYaml(nodeConfig({ kubelet: settings }))));
  }
  return kept;
}

/** Image family of today's nodes and of the new ones, and how the place of a line is called. */
interface Where {
  readonly today: string;
  readonly target: string;
  readonly place: (line: number) => string;
}

/** Lifts settings that something on today's nodes reads. Returns what of a KubeletConfiguration needs a NodeConfig now. */
function takeHidden(draft: Draft, hidden: readonly HiddenSettings[], gone: readonly HiddenSettings[]): JsonObject {
  let rest: JsonObject = {};
  for (const one of hidden.filter(({ isRead }) => isRead)) {
    const { where, flags, config } = one;
    const { "use-max-pods": useMaxPods, ...tree } = flagTree(flags);
    const document = draft.ledger.open("userData", { [where]: { flags: tree, config, useMaxPods } });
    document.empty([where, "flags"], [where, "config"]);
    takeKubeletFlags(draft, document, [where, "flags"]);
    document.changed([where, "useMaxPods"], {
      to: "EC2NodeClass spec.kubelet.maxPods",
      becomes: draft.kubelet["maxPods"] ?? "what the type's interfaces allow",
      why: "Karpenter computes the pods of a type from its network interfaces unless maxPods is set",
    });
    const left = takeKubeletConfig(draft, document, [where, "config"]);
    const to = `EC2NodeClass spec.userData${gone.includes(one) ? ": NodeConfig" : ""}`;
    for (const field of Object.keys(left)) document.kept([where, "config", field], to);
    if (gone.includes(one)) rest = { ...rest, ...left };
  }
  return rest;
}

/** What follows the bootstrap today runs before it under Karpenter. */
function noteOrder(draft: Draft, script: Script, calls: readonly Command[]): void {
  const last = calls.at(-1);
  if (last === undefined) return;
  const after = script.commands.filter((one) => one.start > last.start && one.line !== last.line && !isSetting(one));
  const lines = new Set(after.map((one) => one.line)).size;
  if (lines === 0) return;
  const about = { nodeGroup: draft.nodeGroup.name, lines };
  draft.ledger.find(makeFinding(translationFindings, "DV2010", `nodegroup/${draft.nodeGroup.name}`, about));
}

function noteHidden(
  draft: Draft,
  hidden: readonly HiddenSettings[],
  gone: readonly HiddenSettings[],
  { place, target }: Where,
): void {
  const read = hidden.filter((one) => one.isRead && one.where !== "drop-in");
  if (read.length === 0) return;
  const isGone = gone.length === read.length;
  const about = {
    nodeGroup: draft.nodeGroup.name,
    edits: read.map((one) => ({
      place: place(one.command.line),
      file: fileNames[one.where],
      settings: settingsOf(one),
    })),
    isGone,
    outcome: isGone
      ? `${familyTitle(target)} has no such files, so the lines are left out and fields of their own say the same`
      : "what it sets is in fields of its own too",
  };
  draft.ledger.find(makeFinding(translationFindings, "DV2034", `nodegroup/${draft.nodeGroup.name}`, about));
}

const fileNames: Readonly<Record<HiddenSettings["where"], string>> = {
  "bootstrap.sh": "/etc/eks/bootstrap.sh",
  "kubelet-config.json": "/etc/kubernetes/kubelet/kubelet-config.json",
  "drop-in": "the kubelet's unit",
  variables: "what /etc/eks/bootstrap.sh loads",
};

function settingsOf({ flags, config }: HiddenSettings): readonly string[] {
  return [
    ...Array.from(flags, ([flag, value]) => `--${flag}=${value}`),
    ...Object.entries(config).map(([field, value]) => `${field}: ${JSON.stringify(value)}`),
  ];
}

function noteIdle(draft: Draft, idle: readonly HiddenSettings[], { today, place }: Where): void {
  if (idle.length === 0) return;
  const family = familyTitle(today);
  const lines = idle.map(({ command }) => ({ place: place(command.line), text: firstLine(command.text) }));
  const document = draft.ledger.open("userData", {
    lines: Object.fromEntries(lines.map((one) => [one.place, one.text])),
  });
  for (const line of lines) {
    document.lost(["lines", line.place], {
      why: `nothing on nodes of ${family} reads it: it has no effect today either`,
      risk: "the setting that it means is missing, as it is today",
    });
  }
  const about = { nodeGroup: draft.nodeGroup.name, family, lines };
  draft.ledger.find(makeFinding(translationFindings, "DV2035", `nodegroup/${draft.nodeGroup.name}`, about));
}

function noteMissing(draft: Draft, commands: readonly Command[], where: Where): void {
  for (const command of commands) {
    const missing = missingOn(where.target, `${command.text}\n${command.words.join(" ")}`);
    if (missing === undefined) continue;
    const [text, place, family] = [firstLine(command.text), where.place(command.line), familyTitle(where.target)];
    const isFatal = command.isFatal && !isSetting(command);
    draft.ledger.open("userData", { lines: { [place]: text } }).lost(["lines", place], {
      why: `${family} has no ${missing.name}`,
      risk: isFatal ? "the script ends there on every new node" : "it fails or does nothing on every new node",
    });
    const about = { nodeGroup: draft.nodeGroup.name, place, text, family, ...missing, isFatal };
    const extra = isFatal && where.target !== where.today ? ({ severity: "error" } as const) : {};
    draft.ledger.find(makeFinding(translationFindings, "DV2033", `nodegroup/${draft.nodeGroup.name}`, about, extra));
  }
}

/** A file that user data writes: at a path that only other images have, or a script that needs what they do not have. */
export function noteFile(draft: Draft, path: string, text: string): void {
  const target = draft.image?.family ?? "Custom";
  const where: Where = { today: draft.familyToday ?? target, target, place: (line) => `line ${line} of ${path}` };
  const itself = { start: 0, end: 0, line: 1, text: path, words: [], isNested: false, isJoined: false, isFatal: false };
  noteMissing(draft, [itself], { ...where, place: () => path });
  if (text.startsWith("#!")) noteMissing(draft, readScript(text).commands, where);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

// Only what stands for itself can go without changing what the rest does.
function isRemovable(command: Command, text: string): boolean {
  return !command.isNested && !command.isJoined && /^[ \t]*(?:#.*)?$/.test(restOfLine(text, command.end));
}

function restOfLine(text: string, from: number): string {
  const end = text.indexOf("\n", from);
  return text.slice(from, end < 0 ? undefined : end);
}

/** The script without these commands. Where another depends on one, `:` (which does nothing) stands in its place. */
function without(text: string, commands: readonly Command[]): string {
  let rest = text;
  for (const command of commands.toSorted((a, b) => b.start - a.start)) {
    const tail = restOfLine(rest, command.end);
    // `|| exit 1`, `| tee log` and a comment belong to the call; what goes on over the line's end does not end here.
    const isWhole =
      !command.isNested && !command.isJoined && /^\s*($|#|[|&])/.test(tail) && !/(\|\||&&|\||\\|\{)\s*$/.test(tail);
    if (isWhole) {
      const lineStart = rest.lastIndexOf("\n", command.start - 1) + 1;
      rest = rest.slice(0, lineStart) + rest.slice(command.end + tail.length).replace(/^\n/, "");
    } else rest = `${rest.slice(0, command.start)}:${rest.slice(command.end)}`;
  }
  return rest;
}

/** Whether nothing is left that does something. */
function isIdle(text: string): boolean {
  const { commands } = readScript(text.replaceAll(/^[ \t]*exec[ \t]*>.*$/gm, ""));
  return commands.every(isSetting);
}

function isSetting({ words }: Command): boolean {
  return (
    /^(set|export|readonly|shopt|umask|:|\[\[)$/.test(words[0] ?? "") ||
    words.every((word) => /^[A-Za-z_]\w*(\[\])?\+?=/.test(word))
  );
}
