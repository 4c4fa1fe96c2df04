import type { JsonObject } from "../../../src/kube/objects.ts";
import type { Cloud } from "../../../src/ports/cloud.ts";
import { podName } from "../../../src/migration/shift/movable.ts";
import type { Twin } from "../../../src/twin/world/twin.ts";
import { str } from "../../../src/twin/store/objects.ts";
import type { Watch } from "./watch.ts";

/** An account whose answers may be some seconds old, and whose every call of ours is looked at before it is made. */
export function watchedCloud(
  inner: Cloud,
  watch: Watch,
  { twin, staleMs }: { readonly twin: Twin; readonly staleMs: number },
): Cloud {
  const answers = new Map<string, { readonly atMs: number; readonly answer: JsonObject }>();
  return {
    region: inner.region,
    all: (operation, input, items) => inner.all(operation, input, items),
    allNames: (operation, input, items) => inner.allNames(operation, input, items),
    read: async (operation, input) => {
      const key = `${operation} ${JSON.stringify(input)}`;
      const known = answers.get(key);
      if (staleMs > 0 && known !== undefined && twin.nowMs - known.atMs < staleMs) return structuredClone(known.answer);
      const answer = structuredClone(await inner.read(operation, input));
      if (/DescribeAutoScalingGroups|DescribeNodegroup/.test(operation)) answers.set(key, { atMs: twin.nowMs, answer });
      return structuredClone(answer);
    },
    write: async (operation, input) => {
      watch.sizes(operation, input);
      if (operation === "autoscaling:TerminateInstanceInAutoScalingGroup") {
        const [first, ...more] = watch.podsOn(str(input["InstanceId"]));
        if (first !== undefined)
          watch.wrong.push(`${operation} takes ${podName(first)} and ${more.length} more pods with it`);
      }
      return inner.write(operation, input);
    },
  };
}
