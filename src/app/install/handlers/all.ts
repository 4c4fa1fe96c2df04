import type { installKinds } from "../../../migration/install/kinds.ts";
import type { HandlersOf } from "../../run/handler.ts";
import { chartCrdsHandler } from "./chart-crds.ts";
import { helmReleaseHandler } from "./helm-release.ts";
import { manifestHandler, namespaceHandler } from "./manifests.ts";
import { classesReadyHandler, readyHandler } from "./ready.ts";

/** Every kind of step that an installation plan may hold. */
export const installHandlers: HandlersOf<keyof typeof installKinds> = {
  "helm-release": helmReleaseHandler,
  "chart-crds": chartCrdsHandler,
  "kube-manifest": manifestHandler,
  "kube-namespace": namespaceHandler,
  "karpenter-ready": readyHandler,
  "node-classes-ready": classesReadyHandler,
};
