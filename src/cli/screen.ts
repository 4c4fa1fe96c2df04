/** When colours are used. */
export const colourChoices = ["auto", "always", "never"] as const;

/** What a user may say about the screen on every command. */
export interface ScreenOptions {
  readonly color?: (typeof colourChoices)[number];
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** No screen is drawn for less. */
const leastColumns = 40;

/** Cells in a line: those of the terminal, else of COLUMNS, else no limit: what reads a pipe breaks lines itself. */
export function columnsOf(stream: Stream, env: Environment): number {
  const asked = /^\d{1,5}$/.test(env["COLUMNS"] ?? "") ? Number(env["COLUMNS"]) : 0;
  const columns = stream.isTTY === true ? (stream.columns ?? asked) : asked;
  return columns > 0 ? Math.max(leastColumns, columns) : Number.POSITIVE_INFINITY;
}

/** `--color` wins, then FORCE_COLOR, then NO_COLOR (no-color.org), then whether somebody watches a terminal that can. */
export function hasColour(options: ScreenOptions, stream: Stream, env: Environment): boolean {
  if (options.color === "always" || options.color === "never") return options.color === "always";
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return stream.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined;
}
