// Our own: the real program has no such file.
import type { Pod } from "../../kube/objects.ts";
import { isTerminating, nameOf } from "../../kube/pod.ts";
import { isReadAlike, type Shape, readShape, shapeKey } from "./shape.ts";

/** A pod with everything that scheduling reads of it (`framework.PodInfo`). */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`. */
  readonly name: string;
  readonly shape: Shape;
  /** Being deleted. */
  readonly isLeaving: boolean;
}

/** Reads pods, each once, and their shapes, equal ones once. Share one among clusters of the same pods: it knows no cluster. */
export class PodRegistry {
  readonly #infos = new WeakMap<Pod, PodInfo>();
  readonly #shapes = new Map<string, Shape>();

  /**
   * What scheduling reads of a pod. The same object gives the same answer, so objects must not be changed. `before` is the pod's last
   * object: what it shares with that need not be read again.
   */
  infoOf(pod: Pod, before?: Pod): PodInfo {
    const known = this.#infos.get(pod);
    if (known !== undefined) return known;
    const last = before === undefined ? undefined : this.#infos.get(before);
    const shape = last !== undefined && isReadAlike(last.pod, pod) ? last.shape : this.#shapeOf(pod);
    const info: PodInfo = { pod, name: nameOf(pod), shape, isLeaving: isTerminating(pod) };
    this.#infos.set(pod, info);
    return info;
  }

  #shapeOf(pod: Pod): Shape {
    const key = shapeKey(pod);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const shape = readShape(pod, this.#shapes.size);
    this.#shapes.set(key, shape);
    return shape;
  }
}

/** The same pod on a node: the node has no say in its shape. */
export function placedAs(info: PodInfo, nodeName: string): PodInfo {
  return { ...info, pod: { ...info.pod, spec: { ...info.pod.spec, nodeName } } };
}
