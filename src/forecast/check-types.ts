import type { Catalogue } from "../karpenter/aws/type-info.ts";
import { usage } from "../fault/fault.ts";
import { nearest } from "../fault/nearest.ts";

/** Refuses instance types that the catalogue does not know, with the spelling that was probably meant. Throws `usage.instance-type`. */
export function checkTypes(catalogue: Catalogue, names: readonly string[] | undefined): void {
  const unknown = (names ?? []).find((name) => !catalogue.types.has(name));
  if (unknown === undefined) return;
  const close = nearest(unknown, Array.from(catalogue.types.keys()));
  const hint = close === undefined ? "look at `aws ec2 describe-instance-types`" : `did you mean ${close}?`;
  throw usage("instance-type", `there is no instance type ${unknown} in the catalogue of ${catalogue.date}`, hint);
}
