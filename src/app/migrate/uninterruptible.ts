import type { Host } from "../../ports/host.ts";
import type { World } from "../../ports/world.ts";

/** The same world with a host that does not hear Ctrl-C, for the few moments that must not be cut short. */
export function uninterruptible(world: World): World {
  const { host } = world;
  const deaf: Host = {
    tell: (line) => host.tell(line),
    warn: (line) => host.warn(line),
    progress: (title, total) => host.progress(title, total),
    confirm: (question, options) => host.confirm(question, options),
    interrupted: new AbortController().signal,
  };
  return { ...worldOf(world), host: deaf };
}

// A world may be an object with a prototype: its members are taken one by one.
function worldOf(world: World): Omit<World, "host"> {
  const { cluster, cloud, charts, prices, clock, files, journal } = world;
  return { cluster, cloud, charts, prices, clock, files, journal };
}
