import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import type { ExitCode } from "../command.ts";
import { writeOut } from "../terminal.ts";
import { answerFor } from "./answer.ts";
import { bashScript } from "./bash-script.ts";

const shells = ["bash", "zsh", "fish", "powershell"] as const;

/**
 * `dovetail complete SHELL` prints the script to source; `dovetail complete -- WORDS` answers it, and kubectl, with one candidate a line
 * and a number at the end that says what else the shell may offer (the protocol of cobra's completions). Throws
 * `usage.shell` for a shell without completion.
 */
export async function complete(args: readonly string[]): Promise<ExitCode> {
  const [first] = args;
  if (first === "--") {
    const { candidates, directive } = await answerFor(args.slice(1));
    const lines = candidates.map(({ word, means }) => (means === "" ? word : `${word}\t${means}`));
    writeOut(`${[...lines, `:${directive}`].join("\n")}\n`);
    return 0;
  }
  const shell = shells.find((one) => one === first);
  if (first !== undefined && shell === undefined && first !== "--help" && first !== "-h") {
    const near = nearest(first, shells);
    const fix = near === undefined ? `name one of ${shells.join(", ")}` : `did you mean ${near}?`;
    throw usage("shell", `there is no completion for ${first}`, fix);
  }
  if (shell === undefined) {
    writeOut(
      [
        `usage: dovetail complete ${shells.join("|")}`,
        "",
        "bash:        source <(dovetail complete bash)",
        "zsh:         source <(dovetail complete zsh)",
        "fish:        dovetail complete fish | source",
        "powershell:  dovetail complete powershell | Out-String | Invoke-Expression",
        "",
      ].join("\n"),
    );
    return 0;
  }
  if (shell === "bash") writeOut(bashScript);
  else (await import("@bomb.sh/tab")).script(shell, "dovetail", "dovetail");
  return 0;
}
