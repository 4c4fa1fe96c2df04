import { z } from "zod";
import {
  countForm,
  jsonObjectForm,
  type KindSpec,
  kubeNameForm,
  listForm,
  millisecondsForm,
  nothingForm,
  objectForm,
  textsForm,
} from "../kind.ts";

// Helm takes words that begin with a dash for options, and a journal may have been written by somebody else.
const word = z.string().regex(/^[^-\s][^\s]*$/, "is no word that helm may be given");

/** What helm is asked for. */
const request = objectForm({
  release: kubeNameForm,
  namespace: kubeNameForm,
  chart: word,
  version: z.exactOptional(word),
  values: jsonObjectForm,
  createNamespace: z.exactOptional(z.boolean()),
  timeoutMs: millisecondsForm,
});
const made = objectForm({ uid: z.string() });

/** What an installation can do. */
export const installKinds = {
  "helm-release": {
    params: objectForm({ request }),
    /** The revision that undo rolls back to, or null when there was none. */
    before: objectForm({ revision: countForm, chart: z.string() }).nullable(),
    after: objectForm({ revision: countForm, chart: z.string(), appVersion: z.string() }),
    undo: "restore",
    // What a chart writes is the chart's: helm says itself what it may not.
    needs: { aws: [], kube: [] },
  },
  "chart-crds": {
    params: objectForm({ request, names: listForm(kubeNameForm) }),
    before: objectForm({ names: textsForm }),
    after: objectForm({ names: textsForm }),
    undo: "restore",
    needs: {
      aws: [],
      kube: [
        "list customresourcedefinitions",
        "create customresourcedefinitions",
        "patch customresourcedefinitions",
        "delete customresourcedefinitions",
      ],
    },
  },
  "kube-manifest": {
    params: objectForm({ object: jsonObjectForm, hold: z.exactOptional(jsonObjectForm) }),
    before: nothingForm,
    after: made,
    undo: "restore",
    // What is applied says which resource: see `needsOf`.
    needs: { aws: [], kube: [] },
  },
  "kube-namespace": {
    params: objectForm({ name: kubeNameForm }),
    before: nothingForm,
    after: made,
    undo: "restore",
    needs: {
      aws: [],
      kube: ["get namespaces", "create namespaces", "delete namespaces", "list deployments"],
    },
  },
  "karpenter-ready": {
    params: objectForm({ namespace: kubeNameForm, name: kubeNameForm, timeoutMs: millisecondsForm }),
    before: nothingForm,
    after: objectForm({ wanted: countForm, ready: countForm }),
    undo: "none",
    needs: { aws: [], kube: ["get deployments", "list pods", "list events"] },
  },
  "node-classes-ready": {
    params: objectForm({ names: listForm(kubeNameForm), namespace: kubeNameForm, timeoutMs: millisecondsForm }),
    before: nothingForm,
    after: nothingForm,
    undo: "none",
    needs: { aws: [], kube: ["get ec2nodeclasses"] },
  },
} as const satisfies Readonly<Record<string, KindSpec>>;
