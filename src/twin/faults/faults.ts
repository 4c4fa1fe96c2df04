import { Fault } from "../../fault/fault.ts";

/** What a test may let go wrong. `match` is a part of the call's name: `kube:evict`, `iam:CreateRole pods`, `kube:`. */
export type FaultRule =
  /** The next `times` matching calls are refused with the throttling error of their API. */
  | { readonly kind: "throttle"; readonly match: string; readonly times: number }
  /** The next `times` matching calls are done, but their answer never arrives. */
  | { readonly kind: "lost-answer"; readonly match: string; readonly times: number }
  /** The next `times` matching writes fail because somebody else wrote first. */
  | { readonly kind: "conflict"; readonly match: string; readonly times: number }
  /** Every matching call is denied. */
  | { readonly kind: "forbidden"; readonly match: string }
  /** The process dies at the n-th writing call from now: before the call takes effect, or after it and before its answer. */
  | { readonly kind: "kill"; readonly atWrite: number; readonly when: "before" | "after" }
  /** EC2 refuses this capacity. Absent fields match everything. */
  | {
      readonly kind: "no-capacity";
      readonly instanceType?: string;
      readonly zone?: string;
      readonly capacityType?: string;
    }
  /** A PodDisruptionBudget that never allows a disruption, whatever its pods do. */
  | { readonly kind: "stuck-budget"; readonly namespace: string; readonly name: string };

/** The process was killed: not a `Fault`, since nothing of ours may handle it. Open the sandbox again to go on. */
export class Killed extends Error {
  constructor(call: string) {
    super(`killed at ${call}`);
    this.name = "Killed";
  }
}

interface Active {
  readonly rule: FaultRule;
  left: number;
}

/** Decides for every call through the ports whether it goes wrong. */
export class FaultInjector {
  readonly #active: Active[] = [];
  #writes = 0;
  #isDead = false;
  readonly #met: string[] = [];

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules)
      this.#active.push({ rule, left: "times" in rule ? rule.times : Number.POSITIVE_INFINITY });
  }

  /** Ends a rule before its time. */
  remove(rule: FaultRule): void {
    const at = this.#active.findIndex((one) => one.rule === rule);
    if (at >= 0) this.#active.splice(at, 1);
  }

  clear(): void {
    this.#active.length = 0;
    this.#isDead = false;
  }

  /** How many writing calls came through the ports so far: the range of kill points. */
  get writes(): number {
    return this.#writes;
  }

  /** Whether the process was killed and not started again. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Faults that were met, in order. */
  get met(): readonly string[] {
    return this.#met;
  }

  /** A new process: what was killed runs again. Kill rules that fired are gone. */
  revive(): void {
    this.#isDead = false;
  }

  /** Runs one call through the ports, with what goes wrong about it. */
  around<T>(call: string, isWrite: boolean, run: () => T): T {
    if (this.#isDead) throw new Killed(call);
    if (isWrite) this.#writes += 1;
    this.#refuse(call);
    this.#maybeKill(call, isWrite, "before");
    const result = run();
    this.#maybeKill(call, isWrite, "after");
    if (this.#take("lost-answer", call)) {
      throw new Fault(`${apiOf(call)}.Unreachable`, `${call}: connection reset before the answer arrived`, {
        retry: "now",
      });
    }
    return result;
  }

  hasCapacity(offer: { readonly instanceType: string; readonly zone: string; readonly capacityType: string }): boolean {
    return !this.#active.some(({ rule }) => {
      if (rule.kind !== "no-capacity") return false;
      const matches = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is;
      return (
        matches(rule.instanceType, offer.instanceType) &&
        matches(rule.zone, offer.zone) &&
        matches(rule.capacityType, offer.capacityType)
      );
    });
  }

  isForbidden(call: string): boolean {
    return this.#active.some(({ rule }) => rule.kind === "forbidden" && call.includes(rule.match));
  }

  isStuck(namespace: string, name: string): boolean {
    return this.#active.some(
      ({ rule }) => rule.kind === "stuck-budget" && rule.namespace === namespace && rule.name === name,
    );
  }

  #refuse(call: string): void {
    if (this.#take("throttle", call)) {
      const code = apiOf(call) === "kube" ? "kube.Throttled" : "aws.ThrottlingException";
      throw new Fault(code, `${call}: too many requests`, { retry: "later" });
    }
    if (this.#take("conflict", call)) {
      throw new Fault("kube.Conflict", `${call}: the object has been modified`, { retry: "now" });
    }
    if (this.#take("forbidden", call)) {
      const code = apiOf(call) === "kube" ? "kube.Forbidden" : "aws.AccessDenied";
      throw new Fault(code, `${call}: not authorized to perform this operation`, { hint: `grant ${call}` });
    }
  }

  #maybeKill(call: string, isWrite: boolean, when: "before" | "after"): void {
    if (!isWrite) return;
    const index = this.#active.findIndex(
      ({ rule }) => rule.kind === "kill" && rule.when === when && rule.atWrite <= this.#writes,
    );
    if (index < 0) return;
    this.#active.splice(index, 1);
    this.#isDead = true;
    this.#met.push(`kill ${when} ${call}`);
    throw new Killed(call);
  }

  #take(kind: FaultRule["kind"], call: string): boolean {
    const active = this.#active.find(
      ({ rule, left }) => rule.kind === kind && "match" in rule && left > 0 && call.includes(rule.match),
    );
    if (active === undefined) return false;
    active.left -= 1;
    this.#met.push(`${kind} ${call}`);
    return true;
  }
}

function apiOf(call: string): "kube" | "aws" {
  return call.startsWith("kube:") ? "kube" : "aws";
}
