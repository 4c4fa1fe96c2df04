import { fnv1a } from "../../kube/text.ts";
import type { PodTemplate } from "../../kube/objects.ts";

/** The label by which StatefulSets and DaemonSets tell the versions of their template apart. */
export const revisionLabel = "controller-revision-hash";

const known = new WeakMap<PodTemplate, string>();

/** A short text that is another one for every other template. */
export function revisionOf(template: PodTemplate): string {
  const before = known.get(template);
  if (before !== undefined) return before;
  const revision = fnv1a(JSON.stringify(template)).toString(36);
  known.set(template, revision);
  return revision;
}
