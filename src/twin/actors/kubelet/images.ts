import { fnv1a } from "../../../kube/text.ts";
import type { Pod } from "../../../kube/objects.ts";
import type { Here } from "../../world/here.ts";

/** What kubelets keep of images, by node: when the last pull ends, and since when each image is there. */
export interface ImageStore {
  freeAtMs: number;
  readonly readyAtMs: Record<string, number>;
}

/** How long from now until all images of a pod are on its node. Kubelets pull one image after the other. */
export function pullMs(here: Here<{ readonly images: Record<string, ImageStore> }, never>, pod: Pod): number {
  const node = pod.spec.nodeName ?? "";
  const store = (here.memory.images[node] ??= { freeAtMs: 0, readyAtMs: {} });
  let readyMs = here.nowMs;
  for (const { image = "" } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const known = store.readyAtMs[image];
    if (known === undefined) {
      const startMs = Math.max(here.nowMs, store.freeAtMs);
      const gib = imageMiB(image) / 1024;
      store.freeAtMs = startMs + here.drawMs("imagePullStart") + Math.round(gib * here.drawMs("imagePullPerGiB"));
      store.readyAtMs[image] = store.freeAtMs;
    }
    readyMs = Math.max(readyMs, store.readyAtMs[image] ?? 0);
  }
  return readyMs - here.nowMs;
}

/** The size of an image, which no object tells before it was pulled: between 40 MiB and 640 MiB by its name, half of them under 160. */
function imageMiB(image: string): number {
  const name = image.split("@")[0] ?? image;
  return 40 * 16 ** (fnv1a(name) / 2 ** 32);
}
