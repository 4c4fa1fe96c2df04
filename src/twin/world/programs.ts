import type { Pod } from "../../kube/objects.ts";

/** A program that containers of the world run, as far as it can fail to start or has something to say. */
export interface Program {
  /** Whether a pod runs it. */
  isRunBy(pod: Pod): boolean;
  /** Why its container does not come up, as its log would say; undefined when it does. */
  problemOf(pod: Pod): string | undefined;
  /** What its log says; undefined when it says nothing. */
  logOf(pod: Pod): string | undefined;
}

/** The programs of a world. Actors that stand for a program add it; kubelets and readers of logs ask. */
export class Programs {
  readonly #all: Program[] = [];

  add(program: Program): void {
    this.#all.push(program);
  }

  /** Why a pod's container does not come up; undefined when it does. */
  problemOf(pod: Pod): string | undefined {
    for (const program of this.#all) if (program.isRunBy(pod)) return program.problemOf(pod);
    return undefined;
  }

  /** A pod's log; undefined where nobody knows one. */
  logOf(pod: Pod): string | undefined {
    for (const program of this.#all) if (program.isRunBy(pod)) return program.logOf(pod);
    return undefined;
  }
}
