import { findInstallations } from "../../../autoscaler/installations.ts";
import { Engine } from "../../../autoscaler/engine/loop.ts";
import { settingsOf } from "../../../autoscaler/engine/settings.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import { parse } from "yaml";
import type { Json, KubeObject, Workload } from "../../../kube/objects.ts";
import { controllerOf, isReady } from "../../../kube/pod.ts";
import type { Core } from "../../world/core.ts";

function parseYaml(text: string): Json | undefined {
  try {
    const read: Json = parse(text);
    return read;
  } catch {
    return undefined;
  }
}

// Read again only when a Deployment or the expander's ConfigMap is another object than it was.
const read = new WeakMap<
  Core,
  { readonly of: readonly KubeObject[]; readonly found: AutoscalerInstallation | undefined }
>();

function installationIn(core: Core, deployments: readonly Workload[]): AutoscalerInstallation | undefined {
  const configmaps = core.api
    .peek("configmaps")
    .filter((one) => one.metadata.name === "cluster-autoscaler-priority-expander");
  const of = [...deployments, ...configmaps];
  const known = read.get(core);
  if (known?.of.length === of.length && known.of.every((one, at) => one === of[at])) return known.found;
  const [found] = findInstallations({ deployments, configmaps }, parseYaml, core.state.kubernetesVersion);
  read.set(core, { of, found });
  return found;
}

/** The Cluster Autoscaler that is in charge; undefined when its Deployment is absent, scaled to zero, or has no ready pod. */
export function runningAutoscaler(core: Core): AutoscalerInstallation | undefined {
  const deployments = core.api.peek("deployments");
  const found = installationIn(core, deployments);
  if (found === undefined || found.replicas === 0) return undefined;
  const deployment = deployments.find(
    (one) => one.metadata.name === found.deployment && one.metadata.namespace === found.namespace,
  );
  const sets = core.api.peek("replicasets").filter((one) => controllerOf(one)?.uid === deployment?.metadata.uid);
  const owners = new Set(sets.map((one) => one.metadata.uid));
  const isUp = core.api
    .peek("pods")
    .some((pod) => owners.has(controllerOf(pod)?.uid) && isReady(pod) && pod.metadata.deletionTimestamp === undefined);
  return isUp ? found : undefined;
}

// What was read of flags and pods is kept while the process is the same.
const engines = new WeakMap<Core, { readonly key: string; readonly engine: Engine }>();

/** The engine of an installation in a world. */
export function engineOf(core: Core, installation: AutoscalerInstallation): Engine {
  const key = JSON.stringify([installation.version, [...installation.flags]]);
  const known = engines.get(core);
  if (known?.key === key) return known.engine;
  const engine = new Engine(settingsOf(installation.flags, installation.version ?? core.state.kubernetesVersion));
  engines.set(core, { key, engine });
  return engine;
}
