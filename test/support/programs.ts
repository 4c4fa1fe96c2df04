import { spawnSync } from "node:child_process";

/** What a real program answered; undefined, said loudly, when this machine does not have it. */
export function answerOf(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } | undefined {
  const answer = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1" },
    ...options,
  });
  if (answer.error !== undefined) {
    process.stderr.write(`*** ${program} is not installed: it was not asked ***\n`);
    return undefined;
  }
  return answer;
}
