import { discover } from "../../../src/app/read/discover.ts";
import { translatedPools } from "../../../src/app/translate/translate.ts";
import { type Assessment, assess } from "../../../src/assessment/assess.ts";
import { factsOf } from "../../../src/assessment/facts.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";
import { someTypes } from "./types.ts";

/** Every rule over a snapshot, with a small catalogue and the NodePools that its node groups translate to. */
export function judge(snapshot: Snapshot): Assessment {
  const discovery = discover(snapshot);
  const nodePools = translatedPools(snapshot, discovery);
  return assess(factsOf(snapshot, { ...discovery, instanceTypes: someTypes, nodePools }));
}
