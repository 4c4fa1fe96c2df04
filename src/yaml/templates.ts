/** What a text is a template of, and what renders it. */
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

/** Recognises templates of Helm, Go, Jinja, Terraform, Flux and envsubst by their marks; undefined for text without any. */
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
  if (/^\$\{\w+:?[-=?+]/.test(mark)) {
    return {
      name: `a template of Flux or a shell (${mark})`,
      render: "render it first (`flux envsubst`), with the program that it belongs to",
    };
  }
  const isVariable = /^\$\{[A-Z][A-Z0-9_]*\}$/.test(mark);
  return isVariable
    ? {
        name: `a template of envsubst or Terraform (${mark})`,
        render: "render it first (`envsubst`, `terraform`'s templatefile)",
      }
    : { name: `a template of Terraform (${mark})`, render: "render it first (`terraform`'s templatefile)" };
}
