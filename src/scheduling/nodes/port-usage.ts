import { type HostPort, portsConflict } from "../../kube/host-ports.ts";

/** Ports in use on a node, by the pod that uses them. */
export class PortUsage {
  readonly #used = new Map<string, readonly HostPort[]>();

  constructor(used: Iterable<readonly [string, readonly HostPort[]]> = []) {
    for (const [key, ports] of used) this.add(key, ports);
  }

  add(key: string, ports: readonly HostPort[]): void {
    if (ports.length > 0) this.#used.set(key, ports);
  }

  /** The same with one pod more. */
  with(key: string, ports: readonly HostPort[]): PortUsage {
    return new PortUsage([...this.#used, [key, ports]]);
  }

  /** A pod never conflicts with itself. */
  conflicts(key: string, ports: readonly HostPort[]): boolean {
    if (ports.length === 0) return false;
    for (const [other, used] of this.#used) if (other !== key && portsConflict(ports, used)) return true;
    return false;
  }
}
