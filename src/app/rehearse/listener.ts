import type { Host } from "../../ports/host.ts";
import type { RunEvent } from "../../ports/run-event.ts";
import type { Twin } from "../../twin/world/twin.ts";
import type { RehearsedWait, RehearsedWave } from "./types.ts";

interface OpenWave {
  readonly group: string;
  readonly nodes: number;
  readonly fromMs: number;
  readonly usd: number | undefined;
  readonly evictions: number;
}

/** What a wave is measured by. */
export interface Meters {
  /** USD since the beginning; undefined: a price is unknown. */
  usd(): number | undefined;
  evictions(): number;
}

/** The host of a rehearsed run: consents to everything, and writes down what it hears. */
export class Listener implements Host {
  readonly interrupted: AbortSignal;
  readonly #twin: Twin;
  readonly #meters: Meters;
  readonly #waves: RehearsedWave[] = [];
  readonly #waits = new Map<string, RehearsedWait>();
  #open: OpenWave | undefined;
  #steps = 0;

  constructor(twin: Twin, interrupted: AbortSignal, meters: Meters) {
    this.#twin = twin;
    this.interrupted = interrupted;
    this.#meters = meters;
  }

  get steps(): number {
    return this.#steps;
  }

  waves(): readonly RehearsedWave[] {
    this.#close();
    return this.#waves;
  }

  waits(): readonly RehearsedWait[] {
    return [...this.#waits.values()].toSorted((a, b) => b.waitedMs - a.waitedMs || (a.what < b.what ? -1 : 1));
  }

  tell(event: RunEvent): void {
    if (event.kind === "wave") this.#begin(event.group, event.nodes.length);
    else if (event.kind === "stage-began") this.#close();
    else if (event.kind === "step-ended") this.#steps += 1;
    else if (event.kind === "waiting") this.#wait(event);
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(true);
  }

  #wait({ what, missing, sinceMs }: Extract<RunEvent, { readonly kind: "waiting" }>): void {
    const waitedMs = this.#twin.nowMs - sinceMs;
    const known = this.#waits.get(what);
    if (known === undefined || known.waitedMs <= waitedMs) this.#waits.set(what, { what, missing, waitedMs });
  }

  #begin(group: string, nodes: number): void {
    this.#close();
    const evictions = this.#meters.evictions();
    this.#open = { group, nodes, fromMs: this.#twin.nowMs, usd: this.#meters.usd(), evictions };
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const usd = this.#meters.usd();
    this.#waves.push({
      group: open.group,
      nodes: open.nodes,
      fromMs: open.fromMs,
      lengthMs: this.#twin.nowMs - open.fromMs,
      usd: usd === undefined || open.usd === undefined ? undefined : usd - open.usd,
      evictions: this.#meters.evictions() - open.evictions,
    });
  }
}
