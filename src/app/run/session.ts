import type { ClusterIdentity } from "../../migration/plan.ts";
import type { Cloud } from "../../ports/cloud.ts";
import type { Charts } from "../../ports/charts.ts";
import type { Cluster } from "../../ports/cluster.ts";
import type { World } from "../../ports/world.ts";
import type { Caller } from "../../migration/journal.ts";
import { withRetry } from "./wait.ts";
import { requireOwnJournal, requireSameCluster } from "./same-cluster.ts";

/** What must hold before every write of a run, besides its right to write. Throws what stops the run. */
export type WriteCheck = () => Promise<void>;

/** A run that holds the journal: how it is named, and the cluster that it may change. */
export interface Session {
  /** `user@host`, for the journal and for whoever is refused meanwhile. */
  readonly by: string;
  readonly cluster: ClusterIdentity;
}

/** What a run is given: a world in which every write is looked at first. */
export interface HeldWorld {
  readonly world: World;
  /** Who AWS and the API server take us for, for the journal. */
  readonly caller: Caller;
  /** Begins to watch something; what was watched before is watched no longer. */
  watch(check: WriteCheck): void;
}

/**
 * Runs with the sole right to write. Under the lock, the cluster and the account are compared with those that are meant before anything is
 * decided; before the first write they are compared again, and before every write the lock must still be ours.
 *
 * Throws `journal.held`, `setup.wrong-account`, `setup.wrong-cluster`, and whatever the run throws.
 */
export async function holding<T>(world: World, session: Session, run: (held: HeldWorld) => Promise<T>): Promise<T> {
  const release = await world.journal.acquire(session.by);
  try {
    const principal = await requireSameCluster(world, session.cluster);
    const kubeUser = await withRetry(world, () => world.cluster.user());
    const { entries } = await world.journal.read();
    requireOwnJournal(world.journal.where, entries, session.cluster);
    return await run({ ...watched(world, session.cluster), caller: callerOf(principal, kubeUser) });
  } finally {
    await release();
  }
}

function callerOf(principal: string | undefined, kubeUser: string | undefined): Caller {
  return { ...(principal === undefined ? {} : { principal }), ...(kubeUser === undefined ? {} : { kubeUser }) };
}

function watched(world: World, cluster: ClusterIdentity): Omit<HeldWorld, "caller"> {
  let isFirst = true;
  let check: WriteCheck | undefined;
  // What a check reads while it looks is no write, but a check must not wait for itself.
  const beforeWrite = async (): Promise<void> => {
    await world.journal.assertHeld?.();
    if (isFirst) {
      await requireSameCluster(world, cluster);
      isFirst = false;
    }
    await check?.();
  };
  return {
    world: {
      ...world,
      cluster: clusterAfter(world.cluster, beforeWrite),
      cloud: cloudAfter(world.cloud, beforeWrite),
      charts: chartsAfter(world.charts, beforeWrite),
    },
    watch: (next) => {
      check = next;
    },
  };
}

function clusterAfter(inner: Cluster, before: () => Promise<void>): Cluster {
  const after = async <T>(write: () => Promise<T>): Promise<T> => {
    await before();
    return write();
  };
  return {
    where: inner.where,
    version: () => inner.version(),
    list: (resource, options) => inner.list(resource, options),
    get: (ref) => inner.get(ref),
    logs: (pod) => inner.logs(pod),
    user: () => inner.user(),
    can: (verb, resource, options) => inner.can(verb, resource, options),
    create: (resource, object) => after(() => inner.create(resource, object)),
    apply: (resource, object, options) => after(() => inner.apply(resource, object, options)),
    patch: (ref, type, body, options) => after(() => inner.patch(ref, type, body, options)),
    replace: (ref, object) => after(() => inner.replace(ref, object)),
    delete: (ref, options) => after(() => inner.delete(ref, options)),
    evict: (pod) => after(() => inner.evict(pod)),
  };
}

function cloudAfter(inner: Cloud, before: () => Promise<void>): Cloud {
  return {
    region: inner.region,
    read: (operation, input) => inner.read(operation, input),
    all: (operation, input, items) => inner.all(operation, input, items),
    allNames: (operation, input, items) => inner.allNames(operation, input, items),
    write: async (operation, input) => {
      await before();
      return inner.write(operation, input);
    },
  };
}

function chartsAfter(inner: Charts, before: () => Promise<void>): Charts {
  return {
    version: () => inner.version(),
    commandLine: (request) => inner.commandLine(request),
    template: (request) => inner.template(request),
    release: (name, namespace) => inner.release(name, namespace),
    releases: () => inner.releases(),
    values: (name, namespace) => inner.values(name, namespace),
    install: async (request) => {
      await before();
      return inner.install(request);
    },
    uninstall: async (name, namespace) => {
      await before();
      return inner.uninstall(name, namespace);
    },
    rollback: async (name, namespace, revision) => {
      await before();
      return inner.rollback(name, namespace, revision);
    },
  };
}
