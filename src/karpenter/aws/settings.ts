/** Options of the AWS provider's process that change what it decides. */
export interface ProviderSettings {
  /** VM_MEMORY_OVERHEAD_PERCENT: the share of memory that the hypervisor is assumed to keep. */
  readonly vmMemoryOverheadPercent: number;
  /** RESERVED_ENIS: interfaces that pods cannot use. */
  readonly reservedEnis: number;
  readonly hasReservedCapacity: boolean;
  readonly minValuesPolicy: "Strict" | "BestEffort";
}

/** What the chart sets when nobody says otherwise. */
export const defaultSettings: ProviderSettings = {
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
  hasReservedCapacity: true,
  minValuesPolicy: "Strict",
};
