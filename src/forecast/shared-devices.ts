import { instanceTypeOf } from "../kube/node.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";

/** Devices that today's nodes report in another number than Karpenter counts for their type. */
export interface SharedDevice {
  readonly resource: string;
  readonly type: string;
  readonly reported: number;
  readonly has: number;
}

/** Devices that a plugin shares out (GPU time-slicing): Karpenter counts the type's own until a new node reports what it has. */
export function sharedDevices(input: SimulateInput, pass: ForecastPass): readonly SharedDevice[] {
  const found = new Map<string, SharedDevice>();
  for (const node of input.snapshot.objects.nodes ?? []) {
    const type = instanceTypeOf(node);
    if (type === undefined) continue;
    const [known] = [...pass.types.byPool.values()].flatMap((pool) => pool.typeNamed(type) ?? []);
    for (const [resource, amount] of Object.entries(node.status?.capacity ?? {})) {
      const [reported, has] = [Number(amount), Number(known?.capacity[resource] ?? Number.NaN)];
      if (!resource.includes("/") || !Number.isInteger(reported) || !Number.isInteger(has)) continue;
      if (has > 0 && reported > has) found.set(`${type} ${resource}`, { resource, type, reported, has });
    }
  }
  return [...found.values()];
}
