import type { PodTemplate } from "../../kube/objects.ts";

/** The label by which StatefulSets and DaemonSets tell the versions of their template apart. */
export const revisionLabel = "controller-revision-hash";

const known = new WeakMap<PodTemplate, string>();

/** A short text that is another one for every other template. */
export function revisionOf(template: PodTemplate): string {
  const before = known.get(template);
  if (before !== undefined) return before;
  let hash = 0x811c9dc5;
  const text = JSON.stringify(template);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  const revision = (hash >>> 0).toString(36);
  known.set(template, revision);
  return revision;
}
