import { wholeShare } from "../amounts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Shape } from "../pods/shape.ts";

const mebibyte = 1024 * 1024;
const leastBytes = 23 * mebibyte;
const mostBytesPerContainer = 1000 * mebibyte;

/**
 * How much of a pod's images a node has, from 0 to 100 (imagelocality/image_locality.go). An image counts by the share of nodes that have
 * it, lest all pods go to the few nodes that do.
 */
export function imageScore(shape: Shape, node: NodeState, allNodes: number, countsVolumes: boolean): number {
  if (node.images === undefined) return 0;
  let bytes = 0;
  const add = (image: string): void => {
    const state = node.images?.get(image);
    if (state !== undefined) bytes += Math.trunc(state.sizeBytes * (state.nodes / allNodes));
  };
  shape.images.forEach(add);
  if (countsVolumes) shape.volumeImages.forEach(add);
  const most = mostBytesPerContainer * shape.images.length;
  const counted = bytes < leastBytes ? leastBytes : Math.min(bytes, most);
  return wholeShare(counted - leastBytes, 100, most - leastBytes);
}
