import type { Container, JsonObject, Pod, PodSpec, ResourceTexts } from "../../kube/objects.ts";
import { plainOf, objectAt, scalarAt, textAt } from "../../kube/json.ts";

/** What of the pod's spec decides where it runs and what it can read, in the words of `kubectl describe`. */
export interface PodPlacing {
  readonly volumes: readonly string[];
  readonly nodeSelectors: readonly string[];
  readonly tolerations: readonly string[];
  readonly spread: readonly string[];
}

/** One container as it runs: image, environment, probes, and what it waits for. */
export interface ContainerInspection {
  readonly name: string;
  readonly image: string;
  readonly digest: string | undefined;
  readonly isReady: boolean;
  readonly restarts: number;
  /** `http-metrics 8080/TCP`. */
  readonly ports: readonly string[];
  /** `cpu 1`. */
  readonly requests: readonly string[];
  readonly limits: readonly string[];
  /** `/var/run/secrets/… from NAME, read only`. */
  readonly mounts: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly probes: readonly string[];
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
}

/** One container of a pod, by its spec and its status. */
export function inspectContainer(pod: Pod, container: Container): ContainerInspection {
  const status = pod.status?.containerStatuses?.find((one) => one.name === container.name);
  const waiting = objectAt(status?.state?.["waiting"]);
  return {
    name: container.name,
    image: container.image ?? "",
    digest:
      /sha256:[0-9a-f]{64}/.exec(status?.imageID ?? "")?.[0] ?? /sha256:[0-9a-f]{64}/.exec(container.image ?? "")?.[0],
    isReady: status?.ready === true,
    restarts: status?.restartCount ?? 0,
    ports: (container.ports ?? []).map((one) =>
      `${one.name ?? ""} ${one.containerPort ?? ""}/${one.protocol ?? "TCP"}`.trim(),
    ),
    requests: amounts(container.resources?.requests),
    limits: amounts(container.resources?.limits),
    mounts: (container.volumeMounts ?? []).map(
      (one) => `${one.mountPath} from ${one.name}${one.readOnly === true ? ", read only" : ""}`,
    ),
    env: (container.env ?? []).map((one) => ({ name: one.name, value: one.value ?? sourceText(one.valueFrom) })),
    probes: probesOf(container),
    waiting:
      waiting["reason"] === undefined
        ? undefined
        : { reason: textAt(waiting["reason"]) ?? "", message: textAt(waiting["message"]) ?? "" },
  };
}

function amounts(texts: ResourceTexts | undefined): readonly string[] {
  return Object.entries(texts ?? {}).map(([name, amount]) => `${name} ${amount}`);
}

/** Where a pod may run and what it reads, by its spec. */
export function placingOf({
  volumes = [],
  nodeSelector = {},
  tolerations = [],
  topologySpreadConstraints = [],
}: PodSpec): PodPlacing {
  return {
    volumes: volumes.map((volume) => {
      const kind = Object.keys(volume).find((key) => key !== "name");
      return kind === undefined ? volume.name : `${volume.name} (${kind})`;
    }),
    nodeSelectors: Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`),
    tolerations: tolerations.map(({ key = "", operator = "Equal", value = "", effect, tolerationSeconds }) => {
      const what = operator === "Exists" ? `${key} op=Exists` : `${key}=${value}`;
      const until = tolerationSeconds === undefined ? "" : ` for ${tolerationSeconds}s`;
      return `${what}${effect === undefined ? "" : `:${effect}`}${until}`.trim();
    }),
    spread: topologySpreadConstraints.map(
      ({ topologyKey, maxSkew, whenUnsatisfiable }) =>
        `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded`,
    ),
  };
}

function probesOf(container: Container): readonly string[] {
  const fields = plainOf(container);
  return (["livenessProbe", "readinessProbe"] as const).flatMap((kind) => {
    const get = objectAt(objectAt(fields[kind])["httpGet"]);
    if (get["path"] === undefined && get["port"] === undefined) return [];
    const scheme = textAt(get["scheme"]) === "HTTPS" ? " by HTTPS" : "";
    return [`${kind.replace("Probe", "")} GET ${textAt(get["path"]) ?? "/"} port ${scalarAt(get["port"])}${scheme}`];
  });
}

function sourceText(valueFrom: JsonObject | undefined): string {
  const field = textAt(objectAt(valueFrom?.["fieldRef"])["fieldPath"]) ?? "";
  const resource = textAt(objectAt(valueFrom?.["resourceFieldRef"])["resource"]) ?? "";
  if (field !== "") return `(${field})`;
  return resource === "" ? "(from elsewhere)" : `(${resource})`;
}
