import { openState, openTwin, silentHost } from "../../../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../../../src/adapters/sandbox/prices.ts";
import { install } from "../../../src/app/install/install.ts";
import { readMigrationFacts } from "../../../src/app/migrate/prepare.ts";
import { setup } from "../../../src/app/setup/setup.ts";
import { translateDiscovered } from "../../../src/app/translate/translate.ts";
import { type InstallManifest, installManifestOf } from "../../../src/migration/install/options.ts";
import { isReady } from "../../../src/kube/pod.ts";
import { unreadyWorkloads } from "../../../src/twin/checkers/invariants.ts";
import { buildSample } from "../../../src/twin/samples/build.ts";
import type { TwinState } from "../../../src/twin/world/state.ts";
import { by } from "../../support/migration.ts";
import { drawnCluster } from "./cluster.ts";

/** A cluster that is set up and installed, about to be migrated, and what was installed. */
export interface Ready {
  readonly name: string;
  /** A world of its own each time. */
  readonly state: () => TwinState;
  readonly manifests: readonly InstallManifest[];
}

const kept = new Map<number, Promise<Ready>>();

/** Built once for each number. */
export function readyCluster(number: number): Promise<Ready> {
  const known = kept.get(number) ?? build(number);
  kept.set(number, known);
  return known;
}

/** The first cluster of its kind that is at rest: where pods wait already, nobody can say what a migration did to them. */
async function build(number: number): Promise<Ready> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const ready = await prepared(number + attempt * 1000);
    if (ready !== undefined) return ready;
  }
  throw new Error(`no cluster of kind ${number} comes to rest`);
}

async function prepared(number: number): Promise<Ready | undefined> {
  const sample = drawnCluster(number);
  const twin = openTwin(buildSample(sample, number, sandboxMarket()));
  const { world } = openState(twin, { host: silentHost() });
  const name = sample.clusterName;
  await setup(world, { by, cluster: name });
  const { snapshot, groups, autoscalers } = await readMigrationFacts(world, name);
  const translated = translateDiscovered(snapshot, { nodeGroups: groups, autoscalers });
  const manifests = translated.manifests.map(installManifestOf);
  await install(world, { by, cluster: name, manifests });
  twin.advance(15 * 60_000);
  const isAtRest = twin.store.all("pods").every(isReady) && unreadyWorkloads(twin).length === 0;
  if (!isAtRest) return undefined;
  const text = JSON.stringify(twin.save());
  // Our own JSON of a moment ago.
  return { name, manifests, state: () => JSON.parse(text) as TwinState };
}
