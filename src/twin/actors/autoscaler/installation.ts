import { findInstallations } from "../../../autoscaler/installations.ts";
import { Engine } from "../../../autoscaler/engine/loop.ts";
import { settingsOf } from "../../../autoscaler/engine/settings.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { KubeObject, Workload } from "../../../kube/objects.ts";
import { isDeploymentUp } from "../../kubernetes/deployment-up.ts";
import type { Store } from "../../store/store.ts";
import type { AutoscalerHere } from "./here.ts";

// Read again only when a Deployment or the expander's ConfigMap is another object than it was.
const read = new WeakMap<
  Store,
  { readonly of: readonly KubeObject[]; readonly found: AutoscalerInstallation | undefined }
>();

function installationIn(here: AutoscalerHere, deployments: readonly Workload[]): AutoscalerInstallation | undefined {
  const configmaps = here.store
    .all("configmaps")
    .filter((one) => one.metadata.name === "cluster-autoscaler-priority-expander");
  const of = [...deployments, ...configmaps];
  const known = read.get(here.store);
  if (known?.of.length === of.length && known.of.every((one, at) => one === of[at])) return known.found;
  const [found] = findInstallations({ deployments, configmaps }, here.kubernetesVersion);
  read.set(here.store, { of, found });
  return found;
}

/** The Cluster Autoscaler that is in charge; undefined when its Deployment is absent, scaled to zero, or has no ready pod. */
export function runningAutoscaler(here: AutoscalerHere): AutoscalerInstallation | undefined {
  const deployments = here.store.all("deployments");
  const found = installationIn(here, deployments);
  if (found === undefined || found.replicas === 0) return undefined;
  const deployment = deployments.find(
    (one) => one.metadata.name === found.deployment && one.metadata.namespace === found.namespace,
  );
  return deployment !== undefined && isDeploymentUp(here.store, deployment) ? found : undefined;
}

// What was read of flags and pods is kept while the process is the same.
const engines = new WeakMap<Store, { readonly key: string; readonly engine: Engine }>();

/** The engine of an installation in a world. */
export function engineOf(here: AutoscalerHere, installation: AutoscalerInstallation): Engine {
  const key = JSON.stringify([installation.version, [...installation.flags]]);
  const known = engines.get(here.store);
  if (known?.key === key) return known.engine;
  const engine = new Engine(settingsOf(installation.flags, installation.version ?? here.kubernetesVersion));
  engines.set(here.store, { key, engine });
  return engine;
}
