import { install } from "../../src/app/install/install.ts";
import { type InstallOptions, installManifestOf } from "../../src/migration/install/options.ts";
import { type MigrationFacts, readMigrationFacts } from "../../src/app/migrate/prepare.ts";
import { setup } from "../../src/app/setup/setup.ts";
import { translateDiscovered } from "../../src/app/translate/translate.ts";
import type { World } from "../../src/ports/world.ts";

/** Who does it, in tests. */
export const by = "anna@one";

/** Setup and install with the translated pools, held: what a cut-over begins from. */
export async function prepared(
  world: World,
  cluster: string,
  options: Partial<InstallOptions> = {},
): Promise<MigrationFacts> {
  await setup(world, { by, cluster });
  const before = await readMigrationFacts(world, cluster);
  const { snapshot, groups, autoscalers } = before;
  const { manifests } = translateDiscovered(snapshot, { nodeGroups: groups, autoscalers });
  await install(world, { by, cluster, manifests: manifests.map(installManifestOf), ...options });
  return readMigrationFacts(world, cluster);
}
