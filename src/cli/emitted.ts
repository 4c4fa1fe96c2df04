import { InvalidArgumentError } from "commander";
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

/** An option that takes one of a few words. */
export function oneOf<T extends string>(...choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new InvalidArgumentError(`it is ${choices.join(", ")}.`);
    return found;
  };
}

/** An option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
