/** One case: commands over its files, in turn, and what they must say. */
export interface CaseRow {
  /** Folder below `test/cases`. */
  readonly name: string;
  readonly title: string;
  readonly steps: readonly CaseStep[];
}

/** One command. */
export interface CaseStep {
  readonly args: readonly string[];
  readonly exit?: number;
  readonly says?: readonly string[];
  readonly saysNot?: readonly string[];
  readonly check?: (ran: { readonly stdout: string; readonly stderr: string; readonly output: string }) => void;
}

/** Every case. */
export const rows: readonly CaseRow[] = [
  {
    name: "real-01-comment-header-hangs",
    title: "a licence header costs nothing to read",
    steps: [{ args: ["assess", "--from", "{input}"], exit: 0, says: ["1 workload"] }],
  },
];
