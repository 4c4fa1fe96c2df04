/** A placement group as EC2 describes it. */
export interface PlacementGroup {
  readonly id: string;
  readonly strategy: string;
  /** Only of a `partition` group. */
  readonly partitions?: number;
}

/** Names of the partitions of a group: "1" and up; empty for other strategies and for no group. */
export function partitionsOf(group: PlacementGroup | undefined): readonly string[] {
  if (group?.strategy !== "partition") return [];
  return Array.from({ length: group.partitions ?? 0 }, (_, i) => String(i + 1));
}
