import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import { isObject, objectAt } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { isCompatibility, kubeletAnnotation } from "../../karpenter/compatibility.ts";
import { manifestOf } from "../assemble.ts";
import type { Conversing, Converted } from "./types.ts";
import { head, openWith } from "./v1beta1.ts";

/** Whether an object is a NodePool or EC2NodeClass of v1. */
export function isCurrent({ apiVersion, kind }: KubeObject): boolean {
  return (
    (apiVersion === "karpenter.sh/v1" && kind === "NodePool") ||
    (apiVersion === "karpenter.k8s.aws/v1" && kind === "EC2NodeClass")
  );
}

/** Whether an object is v1 by its version only: the webhooks of 1.0 kept in annotations what v1 has other places for. */
export function isUnfinished(object: KubeObject): boolean {
  return isCurrent(object) && Object.keys(object.metadata.annotations ?? {}).some(isCompatibility);
}

/** A v1 object with what its compatibility annotations hold moved to the fields for it; undefined where it cannot be read. */
export function finishCurrent(object: KubeObject & JsonObject, context: Conversing): Converted | undefined {
  const annotations = object.metadata.annotations ?? {};
  const written = annotations[kubeletAnnotation];
  const kubelet = written === undefined ? undefined : parsedKubelet(written);
  openWith(object, context, (document) => {
    document.kept("apiVersion", "apiVersion");
    if (kubelet !== undefined) {
      document.changed(["metadata", "annotations", kubeletAnnotation], {
        to: "EC2NodeClass spec.kubelet",
        becomes: kubelet,
        why: "Karpenter 1.1 refuses to start with this annotation, later releases ignore it",
      });
    }
    for (const key of Object.keys(annotations).filter(isCompatibility)) {
      document.lost(["metadata", "annotations", key], {
        why: "the webhooks of 1.0 wrote it for the way back to v1beta1",
        risk: "none",
      });
    }
    document.kept("spec", "as it is");
  });
  if (written !== undefined && kubelet === undefined) {
    const about = {
      object: context.object,
      reason: `its annotation ${kubeletAnnotation} is no JSON object`,
      fix: "correct the annotation, or remove it and write EC2NodeClass.spec.kubelet by hand",
    };
    context.ledger.find(makeFinding(translationFindings, "DV2042", context.object, about));
    return undefined;
  }
  const manifest = manifestOf(head(object.apiVersion, object.kind, object), objectAt(object, "spec"));
  return kubelet === undefined ? { manifest } : { manifest, kubelet };
}

function parsedKubelet(text: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
