import type { ActingStep } from "../../../migration/step.ts";
import type { Reading } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import { readSecurityGroups, readSubnets } from "../../read/aws-objects.ts";
import { tagsOf } from "../../../aws/tags.ts";

/** One tag on several subnets or security groups. `before` is each one's former value, null where it had none. */
export const tagsHandler: StepHandler<"ec2-tags"> = {
  async observe(step, world) {
    const { key, value } = step.params;
    const values = await readValues(step, world);
    const missing = Object.keys(values).filter((id) => values[id] !== value);
    if (missing.length > 0) return { state: "pending", detail: `${missing.join(", ")} without ${key}=${value}` };
    return { state: "done", after: values, detail: `all carry ${key}=${value}` };
  },
  record: readValues,
  act: (step, _before, world) => makeCalls(step.calls, world),
  async undo(step, before, _after, world) {
    const { key, value } = step.params;
    const now = await readValues(step, world);
    const ours = Object.keys(now).filter((id) => (before[id] ?? null) === null && now[id] === value);
    const changed = Object.keys(now).filter((id) => now[id] !== null && now[id] !== value);
    // EC2 deletes a tag only where it still has this value.
    if (ours.length > 0) await remove(world, "ec2:DeleteTags", { Resources: ours, Tags: [{ Key: key, Value: value }] });
    if (changed.length > 0) {
      return { kind: "left", reason: `tag ${key} of ${changed.join(", ")} was changed since` };
    }
    return { kind: "undone" };
  },
};

async function readValues(
  step: ActingStep<"ec2-tags">,
  world: Reading,
): Promise<Readonly<Record<string, string | null>>> {
  const ids = step.params.resources;
  const read = step.params.what === "subnet" ? readSubnets : readSecurityGroups;
  const found = await read(world, ids);
  const { key } = step.params;
  return Object.fromEntries(
    [...found].map(([id, resource]) => [id, tagsOf(resource["Tags"] ?? [])[key] ?? null] as const),
  );
}
