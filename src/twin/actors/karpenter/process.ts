import type { KarpenterBehaviour } from "../../../karpenter/behaviour.ts";
import { karpenterContainerOf, releaseOfImage } from "../../../karpenter/installations.ts";
import { defaultRelease, releaseOf } from "../../../karpenter/releases.ts";
import type { ProviderSettings } from "../../../karpenter/aws/settings.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import type { Container } from "../../../kube/objects.ts";
import { isDeploymentUp } from "../../kubernetes/deployment-up.ts";
import type { KarpenterHere } from "./here.ts";
import { emptyMemory } from "./memory.ts";
import { nodeClaims, nodeClasses, nodePools } from "./objects.ts";

/** What the controller's environment tells it. */
export interface ProcessSettings {
  readonly behaviour: KarpenterBehaviour;
  readonly clusterName: string;
  /** Empty: no interruption events are read. */
  readonly queue: string;
  readonly batchIdleMs: number;
  readonly batchMaxMs: number;
  readonly gates: Readonly<Record<string, boolean>>;
  readonly provider: Partial<ProviderSettings>;
}

const read = new WeakMap<Container, ProcessSettings>();

/** The settings of a controller's container: what the chart or somebody wrote into its environment, the defaults elsewhere. */
export function settingsOfContainer(container: Container): ProcessSettings {
  const known = read.get(container) ?? readSettings(container);
  read.set(container, known);
  return known;
}

function readSettings(container: Container): ProcessSettings {
  const env = new Map((container.env ?? []).map((one) => [one.name, one.value ?? ""]));
  const version = releaseOfImage(container.image ?? "");
  const gates = (env.get("FEATURE_GATES") ?? "").split(",").filter((one) => one.includes("="));
  const overhead = Number(env.get("VM_MEMORY_OVERHEAD_PERCENT") ?? Number.NaN);
  const enis = Number(env.get("RESERVED_ENIS") ?? Number.NaN);
  const named = Object.fromEntries(
    gates.map((one) => one.split("=")).map(([name = "", value]) => [name, value === "true"]),
  );
  return {
    behaviour: ((version === undefined ? undefined : releaseOf(version)) ?? defaultRelease).behaviour,
    clusterName: env.get("CLUSTER_NAME") ?? "",
    queue: env.get("INTERRUPTION_QUEUE") ?? "",
    batchIdleMs: durationMs(env.get("BATCH_IDLE_DURATION"), 1000),
    batchMaxMs: durationMs(env.get("BATCH_MAX_DURATION"), 10_000),
    gates: named,
    provider: {
      ...(Number.isNaN(overhead) ? {} : { vmMemoryOverheadPercent: overhead }),
      ...(Number.isNaN(enis) ? {} : { reservedEnis: enis }),
      ...(named["ReservedCapacity"] === undefined ? {} : { hasReservedCapacity: named["ReservedCapacity"] }),
    },
  };
}

function durationMs(text: string | undefined, otherwise: number): number {
  const nanos = text === undefined ? undefined : parseGoDuration(text);
  return nanos === undefined ? otherwise : Number(nanos / 1_000_000n);
}

/** The settings of the controller that is deployed; those of a bare one when none is. */
export function processSettings(here: KarpenterHere): ProcessSettings {
  const { container } = here.memory.running ?? {};
  return settingsOfContainer(container ?? bare);
}

const bare: Container = { name: "controller" };

const crds = ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];

/** Starts or stops Karpenter as its Deployment does. A new process remembers nothing and looks at everything. */
export function lookAtProcess(here: KarpenterHere): void {
  const container = runningContainer(here);
  const { memory } = here;
  if (container === undefined) {
    Object.assign(memory, emptyMemory());
    return;
  }
  if (memory.running !== undefined) {
    memory.running = { ...memory.running, container };
    return;
  }
  Object.assign(memory, emptyMemory(), { running: { container } });
  for (const one of nodeClasses(here)) here.lookAgain(`class ${one.metadata.name}`, 0);
  for (const one of nodePools(here)) here.lookAgain(`pool ${one.metadata.name}`, 0);
  for (const one of nodeClaims(here)) here.lookAgain(`claim ${one.metadata.name}`, 0);
  for (const one of here.store.all("nodes")) here.lookAgain(`node ${one.metadata.name}`, 0);
  for (const one of here.store.all("pods"))
    here.lookAgain(`pod ${one.metadata.namespace ?? "default"}/${one.metadata.name}`, 0);
  for (const key of ["touched", "changed", "queue"]) here.lookAgain(key, 0);
}

function runningContainer(here: KarpenterHere): Container | undefined {
  const deployment = here.store.all("deployments").find((one) => karpenterContainerOf(one) !== undefined);
  if (deployment === undefined || !isDeploymentUp(here.store, deployment)) return undefined;
  if (!crds.every((name) => here.store.find("customresourcedefinitions", name) !== undefined)) return undefined;
  return karpenterContainerOf(deployment);
}
