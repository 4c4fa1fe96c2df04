import { basename } from "node:path";
import { defaultSchedulerRelease, type Behaviour, schedulerReleases } from "../../src/kube-scheduler/releases.ts";
import type { SchedulerSettings } from "../../src/kube-scheduler/settings.ts";
import type { Area } from "../area.ts";
import { settingsOf } from "./config.ts";
import { Play, type SchedulerScenario } from "./play.ts";
import { firstDifference } from "../outcome.ts";

/** Everything that kube-scheduler decides over a scenario. */
export const kubeSchedulerArea: Area = {
  name: "kube-scheduler",
  check: ({ line, file }) => {
    const scenario = line as unknown as SchedulerScenario;
    const got = new Play(scenario, settingsFor(scenario, releaseNamedIn(file))).run();
    const difference = firstDifference(line["expect"], got);
    return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference, got };
  },
};

// Files are named after the release that was asked, unless it is the one that is asked by default.
function releaseNamedIn(file: string): Behaviour {
  const name = basename(file);
  return schedulerReleases.find(({ version }) => name.includes(version)) ?? defaultSchedulerRelease;
}

// The recorder looks at all nodes, lists every candidate for preemption, and batches only where it is told to.
function settingsFor({ options }: SchedulerScenario, behaviour: Behaviour): SchedulerSettings {
  const settings = settingsOf(options.config ?? {}, behaviour);
  const gates = options.featureGates ?? {};
  return {
    ...settings,
    profiles: settings.profiles.map((profile) => ({
      ...profile,
      percentageOfNodesToScore: 100,
      minCandidateNodesPercentage: 100,
    })),
    popsFromBackoff: gates["SchedulerPopFromBackoffQ"] ?? true,
    preemptsAfterwards: gates["SchedulerAsyncPreemption"] ?? true,
    batches: options.batching === true,
  };
}
