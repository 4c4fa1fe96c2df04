import type { Step } from "../../../migration/step.ts";
import type { Reading } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { objectAt, textAt, textsAt } from "../../../kube/json.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import { readSecurityGroups, readSubnets } from "../../read/aws-objects.ts";
import { tagsOf } from "../../../aws/tags.ts";

/** One tag on several subnets or security groups. `before` is each one's former value, null where it had none. */
export const tagsHandler: StepHandler = {
  kind: "ec2-tags",
  async observe(step, world) {
    const { key, value } = tagOf(step);
    const values = await readValues(step, world);
    const missing = Object.keys(values).filter((id) => values[id] !== value);
    if (missing.length > 0) return { state: "pending", detail: `${missing.join(", ")} without ${key}=${value}` };
    return { state: "done", after: values, detail: `all carry ${key}=${value}` };
  },
  record: readValues,
  act: (step, _before, world) => makeCalls(step.calls, world),
  async undo(step, before, _after, world) {
    const { key, value } = tagOf(step);
    const had = objectAt(before);
    const now = await readValues(step, world);
    const ours = Object.keys(now).filter((id) => (had[id] ?? null) === null && now[id] === value);
    const changed = Object.keys(now).filter((id) => now[id] !== null && now[id] !== value);
    // EC2 deletes a tag only where it still has this value.
    if (ours.length > 0) await remove(world, "ec2:DeleteTags", { Resources: ours, Tags: [{ Key: key, Value: value }] });
    if (changed.length > 0) {
      return { kind: "left", reason: `tag ${key} of ${changed.join(", ")} was changed since` };
    }
    return { kind: "undone" };
  },
};

function tagOf(step: Step): { readonly key: string; readonly value: string } {
  return { key: textAt(step.params["key"]) ?? "", value: textAt(step.params["value"]) ?? "" };
}

async function readValues(step: Step, world: Reading): Promise<Readonly<Record<string, string | null>>> {
  const ids = textsAt(step.params["resources"]);
  const read = step.params["what"] === "subnet" ? readSubnets : readSecurityGroups;
  const found = await read(world, ids);
  const { key } = tagOf(step);
  return Object.fromEntries(
    [...found].map(([id, resource]) => [id, tagsOf(resource["Tags"] ?? [])[key] ?? null] as const),
  );
}
