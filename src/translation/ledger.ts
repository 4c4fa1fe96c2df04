import { makeFinding, type Finding, type Severity } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { isObject, valueAt, isList } from "../kube/json.ts";
import type { FieldFate } from "./types.ts";

/** Where in a document a field lies; text is split at its dots. */
export type Path = string | readonly (string | number)[];

/**
 * Why a field cannot live on, what that risks, and what to do. Without a `fix` it weighs nothing and no finding is
 * made.
 */
export interface Loss {
  readonly why: string;
  /** `none` when nothing follows from it. */
  readonly risk: string;
  readonly fix?: string;
  readonly severity?: Severity;
}

/** What a setting becomes and why it is not the same any more. With a `fix` it is of weight and becomes a finding. */
export interface Change {
  readonly to: string;
  readonly becomes: Json;
  readonly why: string;
  readonly fix?: string;
  readonly severity?: Severity;
}

/**
 * The accounts of one node group's translation: every field of its described documents ends here once.
 *
 * `close` adds what nobody spoke of as lost, so that no field can be dropped in silence, also one that AWS adds
 * tomorrow.
 */
export class Ledger {
  /** The node group, or the manifest, whose accounts these are. */
  readonly nodeGroup: string;
  readonly kind: "group" | "manifest";
  readonly findings: Finding[] = [];
  readonly #fates: FieldFate[] = [];
  readonly #documents: Document[] = [];

  constructor(nodeGroup: string, kind: "group" | "manifest" = "group") {
    this.nodeGroup = nodeGroup;
    this.kind = kind;
  }

  /** Takes a described object into account under a name that begins its fields' names. */
  open(name: string, content: JsonObject): Document {
    const count = this.#documents.filter((other) => other.name === name || other.name.startsWith(`${name}#`)).length;
    const document = new Document(this, count === 0 ? name : `${name}#${count + 1}`, content);
    this.#documents.push(document);
    return document;
  }

  /** The first say stands: a field, or a part of one, that has its fate keeps it. */
  note(fate: FieldFate): boolean {
    if (this.#fates.some((other) => covers(other.field, fate.field) || covers(fate.field, other.field))) return false;
    this.#fates.push({ ...fate, nodeGroup: this.nodeGroup });
    return true;
  }

  find(finding: Finding): void {
    this.findings.push(finding);
  }

  /** All fates, after those fields that no rule knows have been written off as lost. */
  close(): readonly FieldFate[] {
    for (const document of this.#documents) {
      for (const path of leaves(document.content)) {
        const field = document.field(path);
        if (this.#fates.some((fate) => covers(fate.field, field))) continue;
        document.lost(path, unknownField);
      }
    }
    return this.#fates;
  }
}

const unknownField: Loss = {
  why: "this field is not known to Dovetail",
  risk: "whatever it does to the nodes is gone",
  fix: "check by hand what the field does and whether the EC2NodeClass needs it",
};

/** One described object whose fields find their fates. Speaking of a field that is not there does nothing. */
export class Document {
  readonly content: JsonObject;
  readonly name: string;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, name: string, content: JsonObject) {
    this.#ledger = ledger;
    this.name = name;
    this.content = content;
  }

  at(path: Path): Json | undefined {
    return valueAt(this.content, ...steps(path));
  }

  field(path: Path): string {
    return this.name + steps(path).map(written).join("");
  }

  kept(path: Path, to: string): void {
    const value = this.at(path);
    if (value === undefined) return;
    this.#ledger.note({ fate: "kept", field: this.field(path), value, to });
  }

  changed(path: Path, change: Change): void {
    const value = this.at(path);
    if (value === undefined) return;
    const { to, becomes, why } = change;
    const isNew = this.#ledger.note({ fate: "changed", field: this.field(path), value, to, becomes, why });
    if (isNew && change.fix !== undefined) this.#find("changed", path, value, { ...change, fix: change.fix });
  }

  lost(path: Path, loss: Loss): void {
    const value = this.at(path);
    if (value === undefined) return;
    const isNew = this.#ledger.note({ fate: "lost", field: this.field(path), value, why: loss.why, risk: loss.risk });
    if (isNew && loss.fix !== undefined) this.#find("lost", path, value, { ...loss, fix: loss.fix });
  }

  /**
   * The same value as another field that already has its say: EKS repeats much of a node group in its Auto Scaling
   * group.
   */
  same(path: Path, as: string): void {
    this.kept(path, `as ${as}`);
  }

  /** Identity and state of the old group: nothing to carry over. */
  state(...paths: readonly Path[]): void {
    for (const path of paths)
      this.lost(path, { why: "identity or state of the old group, not a setting", risk: "none" });
  }

  /** Lists and objects without members, where members would each have had their say. */
  empty(...paths: readonly Path[]): void {
    for (const path of paths) {
      const value = this.at(path);
      const isEmpty = Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
      if (isEmpty || value === null) this.lost(path, { why: "nothing is set", risk: "none" });
    }
  }

  #find(
    fate: "lost" | "changed",
    path: Path,
    value: Json,
    facts: { why: string; fix: string; severity?: Severity; to?: string; risk?: string; becomes?: Json },
  ): void {
    const { severity, why, fix, to = "", risk = "unknown", becomes = null } = facts;
    const { nodeGroup, kind } = this.#ledger;
    // A manifest's name says its kind already.
    const field = kind === "group" ? this.field(path) : this.field(path).slice(this.name.length + 1);
    const about = { nodeGroup, field, value, why, fix };
    const extra = severity === undefined ? {} : { severity };
    const subject = kind === "group" ? `nodegroup/${nodeGroup}` : nodeGroup;
    const code = codes[kind][fate];
    this.#ledger.find(
      code === "DV2001" || code === "DV2040"
        ? makeFinding(translationFindings, code, subject, { ...about, risk }, extra)
        : makeFinding(translationFindings, code, subject, { ...about, to, becomes }, extra),
    );
  }
}

const codes = {
  group: { lost: "DV2001", changed: "DV2002" },
  manifest: { lost: "DV2040", changed: "DV2041" },
} as const;

/** Whether the field `outer` is `inner` or holds it. */
export function covers(outer: string, inner: string): boolean {
  if (!inner.startsWith(outer)) return false;
  const next = inner[outer.length];
  return next === undefined || next === "." || next === "[";
}

/** Paths of all values that hold no further ones. Empty lists and objects count: they were described too. */
export function leaves(content: Json | undefined, path: readonly (string | number)[] = []): (string | number)[][] {
  if (content === undefined) return [];
  if (isList(content) && content.length > 0) {
    return content.flatMap((item, index) => leaves(item, [...path, index]));
  }
  if (isObject(content)) {
    const entries = Object.entries(content).filter(([, value]) => value !== undefined);
    if (entries.length > 0) return entries.flatMap(([key, value]) => leaves(value, [...path, key]));
  }
  return path.length === 0 ? [] : [[...path]];
}

function steps(path: Path): readonly (string | number)[] {
  return typeof path === "string" ? path.split(".") : path;
}

function written(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
