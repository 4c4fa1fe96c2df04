import type { Account } from "../aws/account.ts";
import type { ClusterObjects } from "../kube/resources.ts";

/** The schema that this program writes; it reads this one and older ones and refuses newer ones. */
export const snapshotSchema = "dovetail.snapshot/1";

/**
 * A cluster and its account as read at one instant. Immutable: what-if questions fork it.
 *
 * Whatever the source (live, file, folder of dumps, sandbox), a loader produces this same shape.
 */
export interface Snapshot {
  readonly schema: typeof snapshotSchema;
  /** ISO 8601 in UTC, when reading began; for dumps the newest modification time of the files. */
  readonly readAt: string;
  readonly source: SnapshotSource;
  /** EKS cluster name; undefined when nothing read says so (then commands that need it ask for `--cluster`). */
  readonly clusterName?: string;
  /** Kubernetes version `major.minor`, from the API server, or from kubelets when only dumps are at hand. */
  readonly kubernetesVersion?: string;
  readonly objects: ClusterObjects;
  /** Undefined when the account was not read at all (dumps): a gap says so. */
  readonly account?: Account;
  readonly gaps: readonly Gap[];
  /** Scripts, tags and free texts of the account are as AWS gave them. Absent: what looked like a secret was taken out of them. */
  readonly texts?: "whole";
}

/** One from which manifests may be made that are applied: nothing in it is masked. It stays in memory. */
export type WholeSnapshot = Snapshot & { readonly texts: "whole" };

/** One that may be shown, written and passed on. What it holds of scripts may be masked, so nothing made of it is applied. */
export type RedactedSnapshot = Snapshot & { readonly texts?: never };

/** Where a snapshot came from. */
export interface SnapshotSource {
  readonly kind: "live" | "dumps" | "snapshot" | "sandbox";
  /** Context, path or sandbox name, as the user would recognise it. */
  readonly name: string;
  readonly server?: string;
}

/** Something that was not read. Everything that depends on it is unknown, never zero. */
export interface Gap {
  /** `pods`, `nodepools`, or `aws:DescribeSubnets`: resource name or AWS operation. */
  readonly what: string;
  /** Machine-readable cause. */
  readonly reason:
    | "forbidden"
    | "throttled"
    | "absent-api"
    | "unreachable"
    | "not-in-source"
    | "malformed"
    | "limit"
    | "failed";
  /** One sentence with the actual answer of the API or the file and line. */
  readonly detail: string;
  /** Namespace, file or ARN the gap is limited to; undefined means all of it. */
  readonly scope?: string;
  /**
   * What it does to figures: `assumed` says what stands in for something unknown, `missing-pods` that pods are not counted, `none` that
   * nothing depends on it. Undefined: what depends on it is unknown.
   */
  readonly effect?: "assumed" | "missing-pods" | "none";
}
