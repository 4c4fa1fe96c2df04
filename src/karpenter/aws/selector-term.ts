// Mirrors pkg/apis/v1/ec2nodeclass.go of karpenter-provider-aws v1.14.1.
import type { Labels } from "../../kube/objects.ts";
import { fitsGlob } from "../../kube/text.ts";

/** What a selector term looks at. */
export interface Selectable {
  readonly id: string;
  readonly name?: string;
  readonly tags: Labels;
}

/**
 * Whether a term selects an object: its id alone, its name alone, or all of its tags; `*` as a value means that the tag is there. Other
 * wildcards are EC2's own in filters and work here too.
 */
export function termAdmits(
  term: { readonly id?: string; readonly name?: string; readonly tags?: Labels },
  one: Selectable,
): boolean {
  if (term.id !== undefined && term.id !== "") return term.id === one.id;
  if (term.name !== undefined && term.name !== "" && !globs(term.name, one.name ?? "")) return false;
  const tags = Object.entries(term.tags ?? {});
  if (tags.length === 0 && (term.name ?? "") === "") return false;
  return tags.every(([key, value]) => {
    const own = one.tags[key];
    return own !== undefined && (value === "*" || globs(value, own));
  });
}

/** EC2's filter wildcards: `*` for any text, `?` for one character. */
export function globs(pattern: string, text: string): boolean {
  return fitsGlob(pattern, text, { question: true });
}
