import type { Command, Help, Option } from "commander";
import { fitted } from "../report/text/fit.ts";
import { table } from "../report/text/table.ts";
import { examples } from "./examples.ts";
import { exitCodes } from "./exit-codes.ts";
import { headings } from "./options.ts";
import { columnsOf } from "./screen.ts";

/** Options of the command first, those that name the cluster last; then examples. */
export function addHelp(command: Command, name?: string): void {
  command.configureHelp({ groupItems: ordered, ...columnsFor() });
  if (name === undefined) command.addHelpText("after", rootFooter());
  const lines = name === undefined ? undefined : examples[name];
  if (lines === undefined) return;
  const rows = lines.map(({ words, does }) => [`dovetail ${words}`.trimEnd(), does]);
  const screen = columnsFor().helpWidth;
  const view = screen === undefined ? { indent: "  " } : { indent: "  ", columns: screen };
  command.addHelpText("after", `\nExamples:\n${table([{ title: "" }, { title: "" }], rows, view)}`);
}

// A pipe has no width: help is broken for 80 there, as everywhere.
function columnsFor(): { readonly helpWidth?: number } {
  const columns = columnsOf(process.stdout, process.env);
  return Number.isFinite(columns) ? { helpWidth: columns } : { helpWidth: 80 };
}

function rootFooter(): string {
  return fitted(
    [
      "",
      "Guides: `dovetail help guide` lists them. Exit codes: `dovetail help exit-codes`.",
      "Shell completion: `dovetail complete bash|zsh|fish|powershell` prints a script to source.",
    ].join("\n"),
    { columns: columnsFor().helpWidth ?? 80 },
  );
}

const order: readonly string[] = [headings.own, headings.consent, headings.screen, headings.source];

function ordered<T extends Command | Option>(
  this: Help,
  all: readonly T[],
  visible: readonly T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of visible) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  const place = (heading: string): number => (order.indexOf(heading) + order.length + 1) % (order.length + 1);
  return all.length === 0 ? groups : new Map([...groups].toSorted(([a], [b]) => place(a) - place(b)));
}

/** A page that `dovetail help TOPIC` prints; undefined for topics that are commands. */
export async function helpPage(topic: readonly string[]): Promise<string | undefined> {
  const [what, name] = topic;
  if (what === "exit-codes") return `${exitCodesTable()}\n`;
  if (what !== "guide" && what !== "guides") return undefined;
  const { guideText } = await import("./guides.ts");
  // A guide is Markdown: its lines stand as they were written.
  return guideText(name);
}

function exitCodesTable(): string {
  const columns = columnsFor().helpWidth ?? 80;
  const rows = Object.entries(exitCodes).map(([code, means]) => [code, means]);
  return table([{ title: "exit", align: "right" }, { title: "means" }], rows, { columns });
}
