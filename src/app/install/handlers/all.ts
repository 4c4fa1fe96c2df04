import type { Handlers, StepHandler } from "../../run/handler.ts";
import { chartCrdsHandler } from "./chart-crds.ts";
import { helmReleaseHandler } from "./helm-release.ts";
import { manifestHandler, namespaceHandler } from "./manifests.ts";
import { classesReadyHandler, readyHandler } from "./ready.ts";

const all: readonly StepHandler[] = [
  helmReleaseHandler,
  chartCrdsHandler,
  manifestHandler,
  namespaceHandler,
  readyHandler,
  classesReadyHandler,
];

/** Every kind of step that an installation plan may hold. */
export const installHandlers: Handlers = new Map(all.map((handler) => [handler.kind, handler]));
