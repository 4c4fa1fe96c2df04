import type { Recording } from "../../app/observe/frame.ts";

/**
 * What one report shows: the same words and numbers as the terminal, as plain JSON. The page in `web/` reads this and nothing else.
 *
 * Additive only within one schema number.
 */
export interface ReportDocument {
  readonly schema: "dovetail.report/1";
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly cluster: {
    readonly name: string;
    readonly kubernetesVersion?: string;
    readonly region?: string;
    readonly readAt: string;
    readonly source: string;
  };
  readonly summary?: ReportSummary;
  readonly findings: readonly ReportFindings[];
  /** Pods on nodes, as they run now and as Karpenter would place them. */
  readonly packing?: { readonly today: readonly ReportNode[]; readonly karpenter: readonly ReportNode[] };
  /** The migration over time; the page scrubs through its frames. */
  readonly timeline?: Recording;
  readonly stages: readonly ReportStage[];
  readonly manifests: readonly ReportManifest[];
  /** Forecast beside fact, after a migration. */
  readonly verification?: { readonly verdict: string; readonly rows: readonly ReportRow[] };
  /** What was not read, not modelled or only approximated: shown, never hidden. */
  readonly caveats: readonly string[];
  readonly next?: string;
}

/** Today beside Karpenter. */
export interface ReportSummary {
  readonly verdict: string;
  readonly isRecommended: boolean;
  readonly rows: readonly ReportRow[];
  /** Where prices come from and how old they are. */
  readonly sources: readonly string[];
}

/** One line of a comparison, already formatted: `unknown` stays a word. */
export interface ReportRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
  readonly note?: string;
}

/** All findings of one code. */
export interface ReportFindings {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly why: string;
  readonly items: readonly { readonly subject: string; readonly message: string; readonly fix: string }[];
}

/** One node and what is on it. */
export interface ReportNode {
  readonly name: string;
  /** Node group or NodePool. */
  readonly owner: string;
  readonly isKarpenter: boolean;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly cpuMilli: number;
  readonly memoryMiB: number;
  /** Undefined when the price is unknown. */
  readonly usdPerHour?: number;
  readonly isCordoned?: boolean;
  readonly pods: readonly {
    readonly name: string;
    readonly cpuMilli: number;
    readonly memoryMiB: number;
    readonly isDaemon?: boolean;
  }[];
}

/** One stage of a plan and where it stands. */
export interface ReportStage {
  readonly title: string;
  readonly state: string;
  readonly steps: readonly {
    readonly title: string;
    readonly state: string;
    readonly why: string;
    readonly startedAt?: string;
    readonly seconds?: number;
    readonly calls: readonly string[];
  }[];
}

/** One manifest with the choices behind it. */
export interface ReportManifest {
  readonly name: string;
  readonly yaml: string;
  readonly fates: readonly {
    readonly fate: "kept" | "changed" | "lost";
    readonly field: string;
    readonly text: string;
  }[];
}
