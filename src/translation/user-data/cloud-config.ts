import { shellWord } from "../../kube/text.ts";
import { fromBase64, textOfBytes } from "../../aws/user-data/unpack.ts";
import { isObject, listAt, textAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Draft } from "../draft.ts";
import type { Facts } from "../facts.ts";
import { shellPiece, type Piece } from "./pieces.ts";
import { noteFile, takeScript } from "./script.ts";

/** Members of a cloud-config that hold commands. */
const commandLists = ["bootcmd", "runcmd"] as const;

/**
 * A cloud-config: its commands are read as a script's are, so that a call of the bootstrap in `runcmd` goes and its settings find
 * their fields; files that it writes for other programs are looked at too. Everything else is cloud-init's and stays as it is.
 */
export function takeCloudConfig(draft: Draft, facts: Facts, piece: Piece): readonly Piece[] {
  const config = facts.input.codecs.parseYaml(piece.text);
  if (!isObject(config)) return [piece];
  const further: Piece[] = [];
  let changed: JsonObject = config;
  for (const list of commandLists) {
    const commands = listAt(config, list);
    if (commands.length === 0) continue;
    const kept = commands.flatMap((command, index): readonly Json[] => {
      const script = scriptOf(command);
      if (script === undefined) return [command];
      const left = takeScript(draft, facts, shellPiece(script), () => `${list}[${index}]`);
      further.push(...left.filter(({ kind }) => kind === "nodeadm"));
      const text = left
        .find(({ kind }) => kind === "shell")
        ?.text.replace(/^#![^\n]*\n/, "")
        .trim();
      if (text === script.trim()) return [command];
      return text === undefined ? [] : [text];
    });
    // What was idle from the start (`set -x`, an empty command) is nobody's loss.
    if (kept.some((command, index) => command !== commands[index]) || kept.length < commands.length)
      changed = { ...changed, [list]: kept };
  }
  for (const file of listAt(config, "write_files")) noteWritten(draft, file);
  if (changed === config) return [piece, ...further];
  const rest = Object.fromEntries(
    Object.entries(changed).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
  if (Object.keys(rest).length === 0) return further;
  return [{ ...piece, text: `#cloud-config\n${facts.input.codecs.printYaml(rest)}` }, ...further];
}

/** The parts of a `#cloud-config-archive`, a YAML list of texts and of objects with `type` and `content`. */
export function splitCloudArchive(
  piece: Piece,
  facts: Facts,
): readonly { readonly mediaType: string | undefined; readonly text: string }[] {
  const list = facts.input.codecs.parseYaml(piece.text);
  return listAt(list).flatMap((item) => {
    const text = typeof item === "string" ? item : textAt(item, "content");
    return text === undefined ? [] : [{ mediaType: textAt(item, "type"), text }];
  });
}

// A list is a program and its arguments, without a shell.
function scriptOf(command: Json): string | undefined {
  if (typeof command === "string") return `${command}\n`;
  if (!Array.isArray(command)) return undefined;
  const words = command.map((word: Json) => (typeof word === "string" ? word : JSON.stringify(word)));
  return `${words.map(shellWord).join(" ")}\n`;
}

function noteWritten(draft: Draft, file: Json): void {
  const path = textAt(file, "path");
  const content = textAt(file, "content") ?? "";
  if (path === undefined) return;
  const isPacked = /b64|base64|gz/.test(textAt(file, "encoding") ?? "");
  const bytes = isPacked ? fromBase64(content) : undefined;
  const unpacked = bytes === undefined ? undefined : textOfBytes(bytes);
  noteFile(draft, path, unpacked?.ok === true ? unpacked.text : content);
}
