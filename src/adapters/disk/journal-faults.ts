import { Fault } from "../../fault/fault.ts";

/** The journal is damaged in a way that no crash explains: guessing on would undo the wrong things. */
export function corrupt(where: string, line: number, problem: string): Fault {
  return new Fault("journal.corrupt", `line ${line} of the journal ${where} ${problem}`, {
    why: "going on without it could undo the wrong things",
    hint: "restore the file from a copy, or take the copy that is kept in the cluster",
  });
}

/** Another writer was faster: what we know of the journal is old. */
export function moved(where: string, wanted: number, last: number): Fault {
  return new Fault("journal.moved", `the journal ${where} ends at entry ${last}, and entry ${wanted} was to follow`, {
    why: "another run wrote to it since it was read",
    hint: "look with `dovetail status`, then run the command again",
  });
}

/** Somebody else is writing. */
export function held(where: string, holder: string, since?: string, hint?: string): Fault {
  const time = since === undefined ? "" : ` since ${since}`;
  return new Fault("journal.held", `the journal ${where} is in use by ${holder}${time}`, {
    why: "two runs at once could act against each other",
    hint: hint ?? "wait for that run to end, or stop it",
    retry: "later",
  });
}
