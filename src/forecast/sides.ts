import type { PriceBook } from "../money/price-book.ts";
import type { ArchMove } from "./platform-moves.ts";
import type { SharedDevice } from "./shared-devices.ts";
import type { FleetAmounts, CheaperShape, Fleet, LeftAlone, UnschedulablePod } from "./types.ts";

/** What the verdict looks at. */
export interface Sides {
  readonly today: Fleet;
  readonly karpenter: Fleet;
  /** How many pods were asked about, and whether only those that wait. */
  readonly scope: {
    readonly isPendingOnly: boolean;
    readonly pods: number;
    readonly waiting: readonly FleetAmounts[];
    /** Moves that consolidation made after the placing. */
    readonly moves: number;
  };
  readonly isTodayRead: boolean;
  readonly hasDaemonSets: boolean;
  readonly unschedulable: readonly UnschedulablePod[];
  /** What makes pods that are not counted, each a sentence. */
  readonly missing: readonly string[];
  /** Pools that cannot be judged, each a sentence, and how many pods found no place in the others. */
  readonly unjudged: { readonly pools: readonly string[]; readonly pods: number };
  /** Planned nodes that carry a single pod of a set that prefers or demands to be alone. */
  readonly lonelyNodes: number;
  readonly cheaperShape: CheaperShape | undefined;
  /** Where replicas keep their zones: what Karpenter would come to when left alone. */
  readonly leftAlone?: LeftAlone;
  /** Pods that would run on another architecture than today without having named one. */
  readonly archMoves: readonly ArchMove[];
  /** Devices of which today's nodes report more than their type has. */
  readonly sharedDevices: readonly SharedDevice[];
  readonly prices: PriceBook | undefined;
}
