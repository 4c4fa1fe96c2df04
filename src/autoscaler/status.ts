// Mirrors clusterstate/utils/status.go of Cluster Autoscaler 1.36.1.
import type { JsonObject } from "../kube/objects.ts";
import { before, trimmedEnd } from "../kube/text.ts";

/**
 * The status ConfigMap's text of CA up to 1.29, as the document that CA from 1.30 on writes: the same members, so that readers know one
 * form. What the text does not tell stays absent.
 */
export function parseStatusText(text: string): JsonObject {
  if (text.startsWith("Initializing")) return { autoscalerStatus: "Initializing" };
  const time = /^Cluster-autoscaler status at (.+)$/m.exec(text)?.[1];
  const [clusterWide = "", groups = ""] = text.split(/^NodeGroups:\s*$/m);
  return {
    autoscalerStatus: "Running",
    ...(time === undefined ? {} : { time: timeOf(time) }),
    clusterWide: sections(clusterWide),
    nodeGroups: groups
      .split(/^[ \t]*Name:\s*/m)
      .slice(1)
      .map((block) => ({ name: (/^\S+/.exec(block) ?? [""])[0], ...sections(block) })),
  };
}

// Go prints a time with its monotonic clock behind it.
function timeOf(text: string): string {
  return before(trimmedEnd(text.trim(), ":"), " m=");
}

const names: Readonly<Record<string, string>> = { Health: "health", ScaleUp: "scaleUp", ScaleDown: "scaleDown" };

function sections(block: string): JsonObject {
  const found: Record<string, JsonObject> = {};
  let current: Record<string, JsonObject[string]> | undefined;
  for (const line of block.split("\n")) {
    const head = /^\s*(Health|ScaleUp|ScaleDown):\s+(\w+)\s*(?:\((.*)\))?/.exec(line);
    const key = names[head?.[1] ?? ""];
    if (head !== null && key !== undefined) {
      current = { status: head[2] ?? "", ...counts(head[3] ?? "", key) };
      found[key] = current;
      continue;
    }
    const probe = /^Last(Probe|Transition)Time:(.*)$/.exec(line.trim());
    if (probe !== null && current !== undefined) {
      current[`last${probe[1] ?? ""}Time`] = timeOf(probe[2] ?? "");
    }
  }
  return found;
}

// ready=4 unready=0 (resourceUnready=0) registered=4 cloudProviderTarget=4 (minSize=1, maxSize=8)
function counts(text: string, section: string): JsonObject {
  const numbers = Object.fromEntries(
    Array.from(text.matchAll(/\b(\w+)=(\d+)/g), (match) => [match[1] ?? "", Number(match[2])]),
  );
  const { registered, ready, unready, resourceUnready, notStarted, longUnregistered } = numbers;
  const { cloudProviderTarget, minSize, maxSize, candidates } = numbers;
  const known = (object: Readonly<Record<string, number | JsonObject | undefined>>): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
  if (section === "scaleDown") return known({ candidates });
  if (section === "scaleUp") return known({ cloudProviderTarget });
  const nodeCounts = known({
    registered: known({ total: registered, ready, notStarted, unready: known({ total: unready, resourceUnready }) }),
    longUnregistered,
  });
  return known({ nodeCounts, cloudProviderTarget, minSize, maxSize });
}
