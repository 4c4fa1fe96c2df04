/**
 * Conditions for which the AWS provider has a node replaced, once Karpenter's gate NodeRepair is on (karpenter-provider-aws v1.15.2,
 * `pkg/cloudprovider/cloudprovider.go`, RepairPolicies, with the gate RebootForRepair off). All have the same priority.
 */
export interface RepairPolicy {
  readonly type: string;
  readonly status: "False" | "Unknown";
  /** Absent: the fallback for a condition that is covered but whose reason no other policy knows. */
  readonly reason?: RegExp;
  /** How long the condition must have lasted. */
  readonly tolerationMs: number;
  /** How long draining may take. */
  readonly drainMs: number;
}

const minuteMs = 60_000;
const slow = { tolerationMs: 30 * minuteMs, drainMs: 10 * minuteMs };
const fast = { tolerationMs: 10 * minuteMs, drainMs: 5 * minuteMs };
const any = /.*/;
const gpu = { type: "AcceleratedHardwareReady", status: "False" } as const;

/** The policies in the provider's order. */
export const repairPolicies: readonly RepairPolicy[] = [
  { type: "Ready", status: "False", reason: any, ...slow },
  { type: "Ready", status: "Unknown", reason: any, ...slow },
  // A reboot would clear these, where rebooting is on; a replacement does as well.
  { ...gpu, reason: /XID(46|48|54|62|63|95|109|110|136|140|143|155|156|158)/, ...fast },
  { ...gpu, reason: /XID(64|74|79|119|120)/, ...fast },
  { ...gpu, ...slow },
  ...["StorageReady", "NetworkingReady", "KernelReady", "ContainerRuntimeReady"].map(
    (type): RepairPolicy => ({ type, status: "False", reason: any, ...slow }),
  ),
];
