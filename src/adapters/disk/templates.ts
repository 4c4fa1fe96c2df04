import { shellWord } from "../../kube/text.ts";

/** What a text that is no YAML is a template of, and what renders it. */
export interface TemplateKind {
  /** `a Helm template`. */
  readonly name: string;
  /** What to do, as a sentence says it. */
  readonly render: string;
}

const helm: TemplateKind = { name: "a Helm template", render: "render it first (`helm template`)" };
const go: TemplateKind = { name: "a Go template", render: "render it first, with the program that it belongs to" };
const jinja: TemplateKind = {
  name: "a Jinja template",
  render: "render it first, with the program that it belongs to",
};

/** Recognises templates of Helm, Go, Jinja, Terraform and envsubst by their marks; undefined for text without any. */
export function templateIn(text: string): TemplateKind | undefined {
  if (text.includes("{{") && text.includes("}}")) {
    return /\.(?:Values|Release|Chart|Capabilities|Template|Files)\b|\b(?:include|tpl|toYaml|nindent)\b/.test(text)
      ? helm
      : go;
  }
  if (text.includes("{%") && text.includes("%}")) return jinja;
  const mark =
    /\$\{[^}\n]{1,80}\}/.exec(text)?.[0] ?? /%\{[ ]?(?:if|for|else|endif|endfor)[^}\n]{0,80}\}/.exec(text)?.[0];
  if (mark === undefined) return undefined;
  const isVariable = /^\$\{[A-Z][A-Z0-9_]*\}$/.test(mark);
  return isVariable
    ? {
        name: `a template of envsubst or Terraform (${mark})`,
        render: "render it first (`envsubst`, `terraform`'s templatefile)",
      }
    : { name: `a template of Terraform (${mark})`, render: "render it first (`terraform`'s templatefile)" };
}

/** What a file of another program's own is, that makes manifests of the files beside it; undefined for any other file. */
export function sourceOfManifests(path: string): TemplateKind | undefined {
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
