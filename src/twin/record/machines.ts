import { object } from "../account/account.ts";
import type { AwsAccount } from "../account/account.ts";
import { stateOf } from "../account/instances.ts";
import type { Row } from "../account/state.ts";
import { str } from "../store/objects.ts";
import { Level } from "./level.ts";
import type { Bought, CostMeasures } from "./measures.ts";

interface Kind {
  readonly instanceType: string;
  readonly capacityType: "on-demand" | "spot";
  readonly hours: Level;
  /** USD an hour of those that run and have a price. */
  readonly usdPerHour: Level;
  hasUnpriced: boolean;
}

/** Follows instances while EC2 charges for them: from `running` until they begin to end. */
export class MachineMeter {
  readonly #account: AwsAccount;
  readonly #kinds = new Map<string, Kind>();
  readonly #running = new Map<string, { readonly kind: Kind; readonly usdPerHour: number | undefined }>();
  readonly #atStart: number | undefined;
  readonly #fromMs: number;

  constructor(account: AwsAccount, nowMs: number) {
    this.#account = account;
    this.#fromMs = nowMs;
    for (const id of Object.keys(account.table("ec2.instances"))) this.note(id, nowMs);
    this.#atStart = this.usdPerHour;
  }

  note(id: string, nowMs: number): void {
    const row = this.#account.table("ec2.instances")[id];
    const isRunning = row !== undefined && stateOf(row) === "running";
    const known = this.#running.get(id);
    if (isRunning === (known !== undefined)) return;
    if (known !== undefined) {
      this.#running.delete(id);
      known.kind.hours.add(-1, nowMs);
      known.kind.usdPerHour.add(-(known.usdPerHour ?? 0), nowMs);
    } else if (row !== undefined) this.#begin(id, row, nowMs);
  }

  /** What runs now; undefined when a price is unknown. */
  get usdPerHour(): number | undefined {
    let sum = 0;
    for (const { usdPerHour } of this.#running.values()) {
      if (usdPerHour === undefined) return undefined;
      sum += usdPerHour;
    }
    return sum;
  }

  measures(nowMs: number): CostMeasures {
    const bought = [...this.#kinds.values()]
      .map((kind): Bought => {
        const usd = kind.hasUnpriced ? undefined : kind.usdPerHour.sumMs(nowMs) / hourMs;
        return {
          instanceType: kind.instanceType,
          capacityType: kind.capacityType,
          hours: kind.hours.sumMs(nowMs) / hourMs,
          usd,
        };
      })
      .filter(({ hours }) => hours > 0)
      .toSorted((a, b) => b.hours - a.hours || (a.instanceType < b.instanceType ? -1 : 1));
    const isKnown = bought.every(({ usd }) => usd !== undefined);
    return {
      usd: isKnown ? bought.reduce((sum, { usd }) => sum + (usd ?? 0), 0) : undefined,
      usdPerHourAtStart: this.#atStart,
      usdPerHourAtEnd: this.usdPerHour,
      bought,
    };
  }

  #begin(id: string, row: Row, nowMs: number): void {
    const instanceType = str(row["InstanceType"]);
    const capacityType = row["InstanceLifecycle"] === "spot" ? "spot" : "on-demand";
    const zone = str(object(row["Placement"])["AvailabilityZone"]);
    const usdPerHour = this.#account.priceUsdPerHour({ instanceType, zone, capacityType });
    const key = `${instanceType} ${capacityType}`;
    const level = (): Level => {
      const made = new Level(0, this.#fromMs);
      made.set(0, nowMs);
      return made;
    };
    const kind = this.#kinds.get(key) ?? {
      instanceType,
      capacityType,
      hours: level(),
      usdPerHour: level(),
      hasUnpriced: false,
    };
    this.#kinds.set(key, kind);
    kind.hours.add(1, nowMs);
    kind.usdPerHour.add(usdPerHour ?? 0, nowMs);
    if (usdPerHour === undefined) kind.hasUnpriced = true;
    this.#running.set(id, { kind, usdPerHour });
  }
}

const hourMs = 3_600_000;
