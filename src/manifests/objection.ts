/** A violation within one object. */
export interface Objection {
  /** Where, from the object's root: `spec.kubelet.maxPods`. */
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}
