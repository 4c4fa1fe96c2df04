import { usage } from "../fault/fault.ts";
import { refuseAlone } from "./conflicts.ts";
import { formOf, isText, type OutputOptions, type TextView } from "./output.ts";
import type { Context } from "./command.ts";
import type { Written } from "../app/translate/write.ts";
import type { EmitFormat, EmittedFile } from "../report/emit/manifests/types.ts";

/** Writes emitted files; a file that was changed by hand stops everything unless forced. */
export async function writeEmitted(folder: string, files: readonly EmittedFile[], isForced: boolean): Promise<Written> {
  const [{ DiskFiles }, { writeOutput }] = await Promise.all([
    import("../adapters/disk/files.ts"),
    import("../app/translate/write.ts"),
  ]);
  return writeOutput(new DiskFiles(), { folder, files, isForced });
}

/** One line for each file: written, changed or unchanged. */
export function writtenText(folder: string, written: Written): string {
  const lines = (
    [
      ["wrote", written.created],
      ["changed", written.updated],
      ["unchanged", written.unchanged],
    ] as const
  ).flatMap(([word, names]) => names.map((name) => `${word.padEnd(9)}  ${folder}/${name}`));
  return lines.join("\n");
}

/** What stands between files that are printed one after the other. */
export function separator(format: EmitFormat): string {
  return format === "yaml" || format === "kustomize" || format === "eksctl" ? "---\n" : "\n";
}

/** Of switches that cannot both be followed none is dropped: throws `usage.contradiction`. */
export function refuseSwitches(options: OutputOptions & { readonly emit?: EmitFormat; readonly out?: string }): void {
  refuseAlone(options, [["force", "out"]]);
  const form = formOf(options);
  if (options.emit === undefined || options.out !== undefined || isText(options)) return;
  if (form === "yaml" && options.emit === "yaml") return;
  throw usage(
    "contradiction",
    `--emit ${options.emit} and --output ${form} exclude each other`,
    "pass one of them, or --out",
  );
}

/** What goes to standard error is not painted. */
export function plainView(context: Context): TextView {
  return { columns: context.columns, isColour: false };
}
