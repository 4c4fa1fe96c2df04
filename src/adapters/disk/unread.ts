import { Fault } from "../../fault/fault.ts";
import { shellWord } from "../../kube/text.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { type TemplateKind, templateIn } from "../../yaml/templates.ts";
import type { BrokenYaml } from "./yaml-stream.ts";

/** Mistakes that one fault names; the rest is counted. */
const maxNamed = 20;

/** What of the files could not be read: templates are left out and named, mistakes are told all at once. */
export class UnreadFiles {
  /** The first line of each template, by file. */
  readonly #templates = new Map<string, string>();
  /** Folders of Helm charts. */
  readonly #charts = new Set<string>();
  readonly #mistakes: { readonly origin: string; readonly message: string; readonly cause?: unknown }[] = [];

  /** A document that is no YAML: one of a template, or with a mistake in it. */
  broken(origin: string, { firstLine, line, column, reason, text }: BrokenYaml): void {
    const template = templateIn(text);
    if (template === undefined) {
      this.#mistakes.push({ origin, message: `${origin}:${line}:${column}: not valid YAML: ${reason}` });
      return;
    }
    if (this.#templates.has(origin)) return;
    const at = firstLine + firstMark(text);
    this.#templates.set(origin, `${origin}:${at} is ${template.name}: ${template.render}`);
  }

  /** A file that is no JSON. */
  mistake(origin: string, fault: Fault): void {
    this.#mistakes.push({ origin, message: fault.message, cause: fault });
  }

  /** Whether a file is one that another program makes manifests of: it is named, and holds no objects of a cluster itself. */
  isSource(origin: string): boolean {
    const source = sourceOfManifests(origin);
    const folder = origin.slice(0, Math.max(0, origin.lastIndexOf("/")));
    if (source === undefined) return this.#charts.has(folder) && /\/values[^/]*\.ya?ml$/.test(origin);
    this.#templates.set(origin, `${origin} is ${source.name}: ${source.render}`);
    if (origin.endsWith("Chart.yaml")) this.#charts.add(folder);
    return true;
  }

  /** Throws `file.syntax` that names every mistake; nothing when there was none. */
  complain(): void {
    const [first] = this.#mistakes;
    if (first === undefined) return;
    const named = this.#mistakes.slice(0, maxNamed).map(({ message }) => message);
    const more = this.#mistakes.length - named.length;
    const all = more > 0 ? [...named, `${more} more`] : named;
    const files = new Set(this.#mistakes.map(({ origin }) => origin)).size;
    throw new Fault("file.syntax", all.join("\n  "), {
      ...(first.cause === undefined ? {} : { cause: first.cause }),
      hint:
        files === 1 ? "correct the file or take it out of the folder" : `correct these ${files} files or take them out`,
    });
  }

  /** One for each file that was left out, because something renders it first. */
  gaps(): readonly Gap[] {
    // What lies below a chart is rendered with it.
    const own = ([path]: readonly [string, string]): boolean =>
      ![...this.#charts].some((chart) => path.startsWith(`${chart}/templates/`));
    return Array.from(this.#templates)
      .filter(own)
      .map(([scope, detail]) => ({
        what: "files",
        reason: "malformed",
        detail: `${detail}; left out`,
        scope,
        effect: "missing-pods",
      }));
  }
}

/** Lines before the first mark of a template. */
function firstMark(text: string): number {
  const at = text.search(/\{\{|\{%|\$\{|%\{/);
  return at < 0 ? 0 : text.slice(0, at).split("\n").length - 1;
}

/** What a file of another program's own is, that makes manifests of the files beside it; undefined for any other file. */
function sourceOfManifests(path: string): TemplateKind | undefined {
  const at = path.lastIndexOf("/");
  const name = path.slice(at + 1);
  const folder = at < 0 ? "." : path.slice(0, at);
  if (name === "Chart.yaml")
    return { name: "the head of a Helm chart", render: `render it first (\`helm template ${shellWord(folder)}\`)` };
  if (/^kustomization\.ya?ml$|^Kustomization$/.test(name))
    return {
      name: "a Kustomize folder's list",
      render: `render it first (\`kubectl kustomize ${shellWord(folder)}\`)`,
    };
  return undefined;
}
