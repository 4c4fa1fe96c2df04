import type { KubeObject, Node, Pod } from "../../src/kube/objects.ts";

/** A scenario of the real Cluster Autoscaler as it was written down; `test/vectors/autoscaler/README.md` defines every field. */
export interface Recording {
  readonly id: string;
  readonly stable: "exact" | "canonical" | "set";
  readonly complete?: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly groups: readonly RecordedGroup[];
  readonly objects: Readonly<Record<string, readonly KubeObject[] | undefined>>;
  readonly loops: readonly RecordedLoop[];
  readonly outcomes?: readonly { readonly count: number; readonly loops: readonly RecordedLoop[] }[];
}

export interface RecordedGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly target: number;
  readonly instances?: readonly string[];
  readonly template?: Node | null;
  readonly options?: Readonly<Record<string, number | string | boolean>>;
}

export interface RecordedLoop {
  readonly t: number;
  readonly world?: readonly RecordedChange[];
  readonly acts?: readonly RecordedAct[];
  readonly events?: readonly (readonly [t: number, reason: string, kind: string, object: string])[];
  readonly out: Readonly<Record<string, unknown>>;
}

/** What happened in the world. */
export type RecordedChange = { readonly t: number } & (
  | { readonly op: "pod"; readonly object: Pod }
  | { readonly op: "bind"; readonly pod: string; readonly node: string }
  | { readonly op: "terminating"; readonly pod: string; readonly until: number; readonly grace: number }
  | { readonly op: "gone"; readonly pod: string }
  | { readonly op: "node"; readonly object: Node }
  | { readonly op: "nodeReady"; readonly node: string; readonly ready: boolean }
  | { readonly op: "nodeGone"; readonly node: string }
  | { readonly op: "pdb"; readonly pdb: string; readonly allowed: number }
  | { readonly op: "pdbGone"; readonly pdb: string }
  | { readonly op: "controller"; readonly kind: string; readonly object: KubeObject }
  | { readonly op: "launchFailed"; readonly group: string; readonly placeholders: readonly string[] }
  | { readonly op: "launch"; readonly group: string; readonly launch: string }
  | { readonly op: "group"; readonly group: string; readonly min: number; readonly max: number }
);

/** A call that the real program made. */
export interface RecordedAct {
  readonly t: number;
  readonly act: string;
  readonly ok?: boolean;
  readonly group?: string;
  readonly delta?: number;
  readonly instances?: readonly string[];
  readonly nodes?: readonly string[];
  readonly node?: string;
  readonly key?: string;
  readonly effect?: string;
  readonly pod?: string;
  readonly grace?: number;
  readonly status?: number;
}
