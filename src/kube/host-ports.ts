import type { Pod } from "./objects.ts";

/** A port that a pod binds on its node's own address (Karpenter's `pkg/scheduling/hostportusage.go`). */
export interface HostPort {
  readonly ip: string;
  readonly isAnyAddress: boolean;
  readonly port: number;
  readonly protocol: string;
}

/** Ports of app containers only: init containers are not looked at. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  for (const container of pod.spec.containers) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort === undefined || hostPort === 0) continue;
      const ip = canonicalAddress(hostIP === undefined || hostIP === "" ? "0.0.0.0" : hostIP);
      ports ??= [];
      ports.push({ ip, isAnyAddress: ip === "0.0.0.0" || ip === "::", port: hostPort, protocol: protocol ?? "" });
    }
  }
  return ports ?? none;
}

const none: readonly HostPort[] = [];

/** Whether two lists of ports share one. */
export function portsConflict(a: readonly HostPort[], b: readonly HostPort[]): boolean {
  return a.some((one) => b.some((other) => isSamePort(one, other)));
}

function isSamePort(a: HostPort, b: HostPort): boolean {
  return a.protocol === b.protocol && a.port === b.port && (a.ip === b.ip || a.isAnyAddress || b.isAnyAddress);
}

/** One spelling for equal addresses; an IPv4 address inside IPv6 is that IPv4 address. An unreadable one is the empty text. */
function canonicalAddress(text: string): string {
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(text)) return text;
  if (!text.includes(":")) return "";
  const mapped = /^::ffff:((?:\d{1,3}\.){3}\d{1,3})$/i.exec(text);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = "", tail] = text.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ""),
  );
  return groups.every((group) => group === "0") ? "::" : groups.join(":");
}

/** A host port as kube-scheduler keeps it (`framework.HostPortInfo`): addresses are compared as they are written. */
export interface BoundPort {
  /** `0.0.0.0` when the pod names none. */
  readonly ip: string;
  /** `TCP/8080`. */
  readonly protocolPort: string;
}

/** Ports of app containers and sidecars (kube-scheduler's `util.GetHostPorts`); plain init containers do not count. */
export function boundPortsOf(pod: Pod): readonly BoundPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  return [...sidecars, ...pod.spec.containers].flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, hostIP, protocol }) =>
      hostPort > 0 ? [{ ip: orElse(hostIP, "0.0.0.0"), protocolPort: `${orElse(protocol, "TCP")}/${hostPort}` }] : [],
    ),
  );
}

function orElse(text: string | undefined, other: string): string {
  return text === undefined || text === "" ? other : text;
}
