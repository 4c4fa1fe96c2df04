import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import type { Translation } from "../../../translation/types.ts";
import type { Comments } from "../yaml.ts";

/** The forms in which manifests can be had. */
export const emitFormats = ["yaml", "kustomize", "terraform", "cloudformation", "eksctl", "shell"] as const;

/** One of the forms. */
export type EmitFormat = (typeof emitFormats)[number];

/** A file to write, by its name within the folder that the user chose. */
export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** What the forms need to know beside the manifests. */
export interface EmitContext {
  readonly clusterName: string | undefined;
  readonly region: string | undefined;
  readonly kubernetesVersion: string | undefined;
  /** The release that the manifests are for; the newest of their API where it is not said. */
  readonly karpenterVersion?: string;
}

/** Manifests to emit, with what to say about their parts. */
export interface EmitSource {
  readonly manifests: readonly (KubeObject & JsonObject)[];
  readonly target: Translation["target"];
  readonly comments?: (manifest: KubeObject & JsonObject) => Comments;
}
