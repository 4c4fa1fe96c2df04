import type { World } from "../../ports/world.ts";

/** The same world with a host that does not hear Ctrl-C, for the few moments that must not be cut short. */
export function uninterruptible(world: World): World {
  const { host, cluster, cloud, charts, prices, clock, files, journal } = world;
  return {
    cluster,
    cloud,
    charts,
    prices,
    clock,
    files,
    journal,
    host: {
      tell: (event) => host.tell(event),
      confirm: (question) => host.confirm(question),
      interrupted: new AbortController().signal,
    },
  };
}
