import type { Reading } from "../../ports/world.ts";
import { withRetry } from "../run/wait.ts";

/** The same world, whose AWS reads are made again when AWS asks for it. For reads outside of a step. */
export function patient(world: Reading): Reading {
  const { cloud } = world;
  return {
    ...world,
    cloud: {
      region: cloud.region,
      read: (operation, input) => withRetry(world, () => cloud.read(operation, input)),
      all: (operation, input, items) => withRetry(world, () => cloud.all(operation, input, items)),
      allNames: (operation, input, items) => withRetry(world, () => cloud.allNames(operation, input, items)),
    },
  };
}
