import { absentFaults } from "./codes/absent.ts";
import { changeFaults } from "./codes/changes.ts";
import { commandLineFaults } from "./codes/command-line.ts";
import { inputFaults } from "./codes/inputs.ts";
import { preparingFaults } from "./codes/preparing.ts";
import { awsFault, worldFaults } from "./codes/world.ts";
import type { Blame, FaultKind } from "./kind.ts";

/** Every fault by its code, in the chapters of docs/faults.md. A code is never reused for something else. */
export const faultChapters = [
  { title: "The command line", kinds: commandLineFaults },
  { title: "Files and manifests", kinds: inputFaults },
  { title: "What is not there", kinds: absentFaults },
  { title: "Kubernetes, AWS, helm, prices and the disk", kinds: worldFaults },
  { title: "Preparing: setup, install, canary", kinds: preparingFaults },
  { title: "Changing a cluster: steps, gates, journal", kinds: changeFaults },
] as const satisfies readonly { readonly title: string; readonly kinds: Readonly<Record<string, FaultKind>> }[];

const registry: Readonly<Record<string, FaultKind>> = Object.assign(
  {},
  ...faultChapters.map((chapter) => chapter.kinds),
);

type Chapter = (typeof faultChapters)[number]["kinds"];

/** A code that is listed. */
type ListedCode = Chapter extends infer Kinds ? (Kinds extends unknown ? Extract<keyof Kinds, string> : never) : never;

/** A code of the registry, or one of AWS's own after `aws.`. */
export type FaultCode = ListedCode | `aws.${string}`;

/** What stands after `usage.` in the codes of wrong input. */
export type UsageName = ListedCode extends infer Code ? (Code extends `usage.${infer Name}` ? Name : never) : never;

/** What is true of every fault under a code; undefined when there is no such code. */
export function findFaultKind(code: string): FaultKind | undefined {
  if (Object.hasOwn(registry, code)) return registry[code];
  return /^aws\.\w[\w.-]*$/.test(code) ? awsFault : undefined;
}

/** What is true of every fault under a code. */
export function faultKindOf(code: FaultCode): FaultKind {
  return findFaultKind(code) ?? awsFault;
}

/** All listed codes, sorted. */
export function allFaultCodes(): readonly string[] {
  return Object.keys(registry).toSorted();
}

const exitCodes = { no: 1, usage: 2, world: 3, declined: 4, interrupted: 130 } as const;

/** The exit code of a command that a fault of this blame ended. */
export function exitOfBlame(blame: Blame): (typeof exitCodes)[Blame] {
  return exitCodes[blame];
}
