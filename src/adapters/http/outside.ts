import type { HttpBounds } from "./bounds.ts";
import type { CallSink } from "./calls.ts";
import type { Environment } from "./proxy.ts";

/** What may be used of the terminal by who signs in. */
export interface Terminal {
  /** Whether somebody can answer at standard input. */
  readonly isInteractive: boolean;
  /** What a login says to people: where to sign in, which code to type. */
  say(text: string): void;
  /** Asks for one line. Called only where somebody can answer. */
  ask(question: string): Promise<string>;
}

/** How long a login may take: one that may ask somebody, and one that may not. */
export interface LoginMs {
  readonly asking: number;
  readonly silent: number;
}

/** What speaking to the outside needs of this machine; absent parts are those of a program without a terminal and a log. */
export interface Outside {
  readonly env?: Environment;
  readonly terminal?: Terminal;
  readonly bounds?: HttpBounds;
  readonly loginMs?: LoginMs;
  readonly onCall?: CallSink;
}

/** Somebody needs minutes to find a phone; a program that asks nobody ends in one. */
export const usualLoginMs: LoginMs = { asking: 300_000, silent: 60_000 };

/** A program that nobody sits before. */
export const nobody: Terminal = {
  isInteractive: false,
  say: () => {},
  ask: () => Promise.reject(new Error("nobody can be asked")),
};
