/** What people and AWS did in a rehearsal, so that nobody else is held to account for it. */
export class Ledger {
  /** Auto Scaling groups whose sizes, or whose instances, others changed. */
  readonly groups = new Set<string>();
  /** Instances that others ended, or had ended. */
  readonly instances = new Set<string>();
  /** `resource namespace/name` of objects that others changed. */
  readonly objects = new Set<string>();
  /** Whole worlds of trouble: what nobody can be held to any more. */
  readonly unforeseen = new Set<string>();
  /** What was done, in order, for messages. */
  readonly told: string[] = [];
  /** When something was done last. */
  lastMs = Number.NEGATIVE_INFINITY;
  /** Since when somebody keeps Cluster Autoscaler up. */
  autoscalerBackMs: number | undefined;
  #amends: (() => void)[] = [];

  /** Notes how something is taken back, once a message asks for that. */
  amend(how: () => void): void {
    this.#amends.push(how);
  }

  /** People stop what stands in the way, as they were asked to. */
  makeAmends(): void {
    const all = this.#amends.toReversed();
    this.#amends = [];
    for (const how of all) how();
    this.autoscalerBackMs = undefined;
  }
}
