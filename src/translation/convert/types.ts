import type { JsonObject } from "../../kube/objects.ts";
import type { Manifest } from "../assemble.ts";
import type { Ledger } from "../ledger.ts";

/** What the user may decide about a conversion. */
export interface ConvertOptions {
  /** Role for node classes whose manifest names neither role nor instance profile. */
  readonly nodeRole?: string;
  /** The instance profile that the controller of v1alpha5 gives to nodes whose template names none; the role goes before it. */
  readonly defaultInstanceProfile?: string;
}

/** One object on its way to v1. */
export interface Converted {
  readonly manifest: Manifest;
  /** Kubelet settings of a pool: in v1 they belong to the node class. */
  readonly kubelet?: JsonObject;
  /** A node class that the object brought along: the inline provider of a Provisioner. */
  readonly nodeClass?: Manifest;
}

/** Where accounts are kept while an object is converted. */
export interface Conversing {
  readonly ledger: Ledger;
  readonly options: ConvertOptions;
  readonly object: string;
  /** The name of the node class that it becomes or brings along, where that is not its own name. */
  readonly className?: string;
}
