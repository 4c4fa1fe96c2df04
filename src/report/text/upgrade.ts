import type { UpgradeCheck, UpgradeMove, UpgradePlan } from "../../migration/upgrade/types.ts";
import { wrapped } from "./prose.ts";
import { count } from "./table.ts";

/** How much is shown, how wide, and which cluster the next command is for. */
export interface UpgradeView {
  readonly isAll: boolean;
  readonly columns: number;
  readonly sourceOptions: string;
  /** The same with what else this command was told. */
  readonly again: string;
  /** The command that compares two releases by nodes and dollars. */
  readonly compare: (from: string, to: string) => string;
}

const shownNames = 5;
const shownNotes = 6;

/** The plan of an upgrade: the answer, the moves on one line each, then every move with conditions, steps and what becomes of nodes. */
export function upgradeText(plan: UpgradePlan, view: UpgradeView): string {
  const parts = [
    answerText(plan, view),
    ...(plan.moves.length > 1 ? [overview(plan)] : []),
    ...plan.moves.map((move, at) => moveText(move, { at, plan, view })),
    nextText(plan, view),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function answerText({ answer, blocked, from, to, kubernetes, cluster, moves }: UpgradePlan, view: UpgradeView): string {
  const head = `${cluster ?? "this cluster"}   Karpenter ${from} → ${to}   Kubernetes ${kubernetes ?? "not read"}`;
  const said = {
    done: `Karpenter ${to} runs already: nothing to upgrade`,
    ready: clearText(moves),
    "mend-first": `${count(wrongOf(moves).length, "thing")} to mend on the way, marked below`,
    blocked: `no way there: ${blocked?.reason ?? ""}`,
  }[answer];
  return [
    head,
    wrapped("", said, view.columns),
    ...(blocked === undefined ? [] : [wrapped("  fix: ", blocked.fix, view.columns)]),
    ...(answer === "done" ? [] : ["nothing is done by this command: every step is yours"]),
  ].join("\n");
}

/** What was not checked is no yes. */
function clearText(moves: readonly UpgradeMove[]): string {
  const open = moves.flatMap(({ checks }) => checks.filter(({ state }) => state === "unknown")).length;
  if (open === 0) return `the way is clear: ${count(moves.length, "move")}, nothing stands against them`;
  return `${count(moves.length, "move")}: nothing was found against them, ${count(open, "condition")} could not be checked`;
}

function wrongOf(moves: readonly UpgradeMove[]): readonly UpgradeCheck[] {
  return moves.flatMap(({ checks }) => checks.filter(({ state }) => state === "wrong"));
}

function overview({ moves }: UpgradePlan): string {
  return moves
    .map(({ from, to, kubernetes }, at) => {
      const line = `  ${at + 1}  ${`${from} → ${to}`.padEnd(19)}  Kubernetes ${kubernetes.min} to ${kubernetes.max}`;
      return line.trimEnd();
    })
    .join("\n");
}

function moveText(
  move: UpgradeMove,
  { at, plan, view }: { readonly at: number; readonly plan: UpgradePlan; readonly view: UpgradeView },
): string {
  const { columns, isAll } = view;
  const number = plan.moves.length > 1 ? `move ${at + 1}: ` : "";
  const lines = [
    `${number}${move.from} → ${move.to}`,
    wrapped("  why: ", move.why, columns),
    ...move.checks.flatMap((check) => checkLines(check, view)),
    ...driftLines(move, view),
    ...rightsLines(move, view),
    ...move.steps.flatMap((step, i) => [
      wrapped(`  ${`${i + 1}`.padStart(2)}. `, step.title, columns),
      wrapped("      why: ", step.why, columns),
      ...step.commands.map((command) =>
        command
          .split("\n")
          .map((line) => `      ${line}`)
          .join("\n"),
      ),
      ...(step.back === undefined ? [] : [wrapped("      back: ", step.back, columns)]),
    ]),
    ...noteLines(move, { isAll, columns }),
  ];
  return lines.join("\n");
}

const marks = { right: "ok", wrong: "mend", look: "look", unknown: "not checked" } as const;

function checkLines(
  { what, state, detail, fix, subjects }: UpgradeCheck,
  { columns, isAll }: UpgradeView,
): readonly string[] {
  const names = subjects.length === 0 ? "" : `${few(subjects, isAll)}: `;
  return [
    wrapped(`  ${marks[state]}  `, `${what}: ${names}${detail}`, columns),
    ...(fix === undefined ? [] : [wrapped("      fix: ", fix, columns)]),
  ];
}

function driftLines({ drift }: UpgradeMove, { columns, isAll }: UpgradeView): readonly string[] {
  const said = (names: readonly string[] | undefined, what: string): string =>
    names === undefined
      ? `unknown which are ${what}`
      : names.length === 0
        ? `none ${what}`
        : `${count(names.length, "node")} ${what} (${few(names, isAll)})`;
  const kept = ({ from, to }: { readonly from: string; readonly to: string }): string =>
    from === to ? from : `${from} → ${to}`;
  return [
    wrapped(
      "  nodes: ",
      `${said(drift.replaced, "replaced")}, ${said(drift.rewritten, "hashed anew")}; ${drift.why}`,
      columns,
    ),
    `  hashes: EC2NodeClass ${kept(drift.nodeClassHash)}, NodePool ${kept(drift.nodePoolHash)}`,
  ];
}

function rightsLines(
  { newActions, behaviours, from, to }: UpgradeMove,
  { columns, compare }: UpgradeView,
): readonly string[] {
  const rights =
    newActions === undefined || newActions.length === 0
      ? []
      : [wrapped("  new rights, at most: ", newActions.join(", "), columns)];
  if (behaviours === undefined || behaviours === 0) return rights;
  const shows = `\`${compare(from, to)}\` shows them in nodes and dollars`;
  return [...rights, wrapped("  decides otherwise: ", `in ${count(behaviours, "way")}; ${shows}`, columns)];
}

function noteLines(
  { notes }: UpgradeMove,
  { isAll, columns }: { readonly isAll: boolean; readonly columns: number },
): readonly string[] {
  const shown = isAll ? notes : notes.slice(-shownNotes);
  const more = notes.length - shown.length;
  if (notes.length === 0) return [];
  return [
    "  to know",
    ...shown.map(({ release, text }) => wrapped(`    ${release.padEnd(5)} `, text, columns)),
    ...(more > 0 ? [`    and ${count(more, "note")} of earlier releases: --all shows them`] : []),
  ];
}

function nextText({ answer, moves, manifests }: UpgradePlan, { again, sourceOptions }: UpgradeView): string {
  const source = again === "" ? "" : ` ${again}`;
  if (answer === "done" || answer === "blocked" || moves.length === 0) return "";
  if (manifests.v1.length > 0) return `next: dovetail upgrade --plan --manifests v1${source}`;
  return `next: dovetail assess${sourceOptions === "" ? "" : ` ${sourceOptions}`}`;
}

function few(names: readonly string[], isAll: boolean): string {
  const shown = isAll ? names : names.slice(0, shownNames);
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
