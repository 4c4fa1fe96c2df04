import { answerTo } from "./host.ts";
import type { Call, CallSink } from "../adapters/http/calls.ts";
import type { Outside } from "../adapters/http/outside.ts";
import type { RunLog } from "../adapters/disk/run-log.ts";
import { usage } from "../fault/fault.ts";
import type { SourceOptions, WorldOptions } from "./command.ts";
import { writeError } from "./terminal.ts";
import { version } from "./version.ts";

type Options = SourceOptions & WorldOptions;

/** This machine as adapters may use it: its environment, the terminal for logins, and the log of calls. */
export interface CliOutside extends Outside {
  /** From here on calls are also written beside this journal, unless DOVETAIL_LOG says otherwise. */
  logBeside(journal: string): Promise<void>;
}

/** Reads `-v` and DOVETAIL_LOG: `off`, `stderr`, or a file. A login that nobody can be asked for throws `usage.no-terminal`. */
export async function makeOutside(options: Options): Promise<CliOutside> {
  const { env } = process;
  const wish = env["DOVETAIL_LOG"] ?? "";
  let file: RunLog | undefined;
  const isShown = options.verbose === true || wish === "stderr";
  const onCall: CallSink = (call) => {
    if (isShown) writeError(`${callLine(call)}\n`);
    file?.add(Date.now(), call);
  };
  const open = async (path: string): Promise<void> => {
    const { RunLog } = await import("../adapters/disk/run-log.ts");
    const command = process.argv.slice(2).find((arg) => !arg.startsWith("-")) ?? "";
    file = new RunLog(path, { command, version }, (line) => writeError(`warning: ${line}\n`));
  };
  if (!isWord(wish)) await open(wish);
  const mayAsk = process.stdin.isTTY && process.stderr.isTTY && options.input !== false && env["CI"] === undefined;
  return {
    env,
    onCall,
    terminal: {
      isInteractive: mayAsk,
      say: (text) => writeError(text),
      ask: async (question) => {
        const answer = await answerTo(question);
        if (answer === undefined) throw usage("no-terminal", `${question}nobody answered`, "run the command again");
        return answer;
      },
    },
    logBeside: async (journal) => {
      if (wish === "off" || file !== undefined) return;
      const { logPathBeside } = await import("../adapters/disk/run-log.ts");
      await open(logPathBeside(journal, Date.now()));
    },
  };
}

/** Words of DOVETAIL_LOG that are no file: nothing, `off`, `stderr`. */
function isWord(wish: string): boolean {
  return wish === "" || wish === "off" || wish === "stderr";
}

/** `kubernetes  GET /api/v1/pods?limit=500  200  45 ms`, with what is out of the ordinary behind it. */
function callLine({ to, what, outcome, ms, tries, requestId }: Call): string {
  const more = [tries > 1 ? `${tries} tries` : "", requestId === undefined ? "" : `id ${requestId}`];
  return [to, what, String(outcome), `${ms} ms`, ...more].filter((part) => part !== "").join("  ");
}
