import { type Command, Option } from "commander";
import { usage } from "../fault/fault.ts";
import type { JsonObject } from "../kube/objects.ts";
import { plainMembers } from "../report/json.ts";
import { csvText, markdownText, type Sheet } from "../report/sheet.ts";
import { fitted } from "../report/text/fit.ts";
import { writeYaml } from "../yaml/write.ts";
import { asCalled } from "./terminal.ts";
import type { Context } from "./command.ts";

/**
 * How an answer is written: `wide` is text with nothing cut or broken, `name` one name a line, `csv` and `markdown` the rows of its
 * table.
 */
export const outputForms = ["text", "wide", "json", "yaml", "csv", "markdown", "name"] as const;

/** One of them. */
export type OutputForm = (typeof outputForms)[number];

/** Options by which an answer's form is chosen. */
export interface OutputOptions {
  readonly output?: OutputForm;
  readonly json?: boolean;
}

/** How a text is drawn. */
export interface TextView {
  readonly columns: number;
  readonly isColour: boolean;
}

/** What a command found out, in every form that it can be written in. */
export interface CommandAnswer {
  /** One versioned document; its `schema` names the shape. */
  document(): JsonObject;
  text(view: TextView): string;
  /** Printed after the text as it stands, never broken: manifests, scripts. */
  readonly after?: () => string;
  /** Its table, for spreadsheets and tickets. */
  readonly sheet?: () => Sheet;
  /** The names of what it found, as `kubectl` or another `dovetail` takes them. */
  readonly names?: () => readonly string[];
  /** What `--output yaml` prints where it is more than the document: manifests. */
  readonly yaml?: () => string;
}

const everywhere: readonly OutputForm[] = ["text", "wide", "json", "yaml"];

/** Adds `--output` and `--json` to a command whose answer has these forms beside text, JSON and YAML. */
export function addOutputOptions(command: Command, more: readonly OutputForm[] = []): Command {
  const forms = outputForms.filter((form) => everywhere.includes(form) || more.includes(form));
  return command
    .addOption(new Option("-o, --output <form>", "how the answer is written (default text)").choices(forms))
    .option("--json", "the same as --output json: one versioned document");
}

/** The form that was asked for. Throws `usage.contradiction` for two forms. */
export function formOf(options: OutputOptions): OutputForm {
  if (options.json === true && options.output !== undefined && options.output !== "json") {
    throw usage("contradiction", `--json and --output ${options.output} exclude each other`, "pass one of them");
  }
  return options.json === true ? "json" : (options.output ?? "text");
}

/** Whether a person reads the answer. */
export function isText(options: OutputOptions): boolean {
  const form = formOf(options);
  return form === "text" || form === "wide";
}

/** Prints an answer in the form that was asked for. */
export function answerWith(
  context: Context,
  options: OutputOptions & { readonly all?: boolean },
  answer: CommandAnswer,
): void {
  const form = formOf(options);
  switch (form) {
    case "text": {
      const view = { columns: context.columns, isColour: context.isColour };
      const text = fitted(asCalled(answer.text(view)), { columns: view.columns, isWhole: options.all === true });
      return context.print(text + (answer.after?.() ?? ""));
    }
    case "wide":
      return context.print(
        answer.text({ columns: Number.POSITIVE_INFINITY, isColour: context.isColour }) + (answer.after?.() ?? ""),
      );
    case "json":
      return context.print(printedJson(answer.document()));
    case "yaml":
      return context.print(answer.yaml?.() ?? writeYaml(plainMembers(answer.document())));
    case "csv":
      return context.print(csvText(answer.sheet?.() ?? noForm(form)));
    case "markdown":
      return context.print(markdownText(answer.sheet?.() ?? noForm(form)));
    case "name":
      return context.print((answer.names?.() ?? noForm(form)).map((name) => `${name}\n`).join(""));
  }
}

/** A document as it is printed. */
export function printedJson(document: JsonObject): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function noForm(form: OutputForm): never {
  throw usage("output", `--output ${form} has nothing to print here`, "pass --output json");
}
