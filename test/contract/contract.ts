import { test } from "vitest";

/** A promise that one adapter cannot keep, with the reason. It is shown as skipped, never silently left out. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
}

/** Declares one test of a contract, or shows why this adapter is excused from it. */
export function promise(skip: readonly Skip[], name: string, body: () => Promise<void>): void {
  const excused = skip.find((one) => one.test === name);
  if (excused === undefined) test(name, body);
  else test.skip(`${name} (${excused.reason})`, body);
}
