/** What happens to the workloads of a world while it is played. */
export interface LoadPlan {
  /** Every Deployment and StatefulSet outside `kube-system` is rolled out anew so often; undefined: nobody deploys. */
  readonly deployEveryMs: number | undefined;
  /** Undefined: as many pods as there are. */
  readonly swing: Swing | undefined;
}

/** A load that rises and falls as a sine around what there is at the beginning. */
export interface Swing {
  /** 0.3: from 30 % below to 30 % above. */
  readonly share: number;
  readonly periodMs: number;
  /** When the load is what it is at the beginning, and rises. */
  readonly originMs: number;
  /** Whom it scales: what a HorizontalPodAutoscaler scales, or every Deployment as if each had one. */
  readonly scales: "autoscaled" | "all";
}

/** The load at an instant, as a multiple of that of the beginning. */
export function factorAt({ share, periodMs, originMs }: Swing, atMs: number): number {
  return 1 + share * Math.sin((2 * Math.PI * (atMs - originMs)) / periodMs);
}
