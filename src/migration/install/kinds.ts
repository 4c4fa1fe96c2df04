import { z } from "zod";
import { isObject, textAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { canaryName } from "./canary-name.ts";
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

/** What is applied as it is, by kind with its API group: pools and node classes of Karpenter's, and the pod of a canary. */
const appliedKinds: ReadonlyMap<string, string> = new Map([
  ["NodePool", "karpenter.sh"],
  ["EC2NodeClass", "karpenter.k8s.aws"],
  ["Provisioner", "karpenter.sh"],
  ["AWSNodeTemplate", "karpenter.k8s.aws"],
  ["Pod", ""],
]);

/** An object that Dovetail applies: of one of these kinds, under a name that the API server admits. Nothing else comes out of a journal. */
const appliedForm = z.custom<JsonObject>(
  (value) => isObject(value) && isApplied(value),
  "is no pool or node class of Karpenter's, and no pod of a canary",
);

function isApplied(object: JsonObject): boolean {
  const kind = textAt(object, "kind") ?? "";
  const parts = (textAt(object, "apiVersion") ?? "").split("/");
  const group = parts.length === 1 ? "" : parts[0];
  const name = textAt(object, "metadata", "name");
  if (appliedKinds.get(kind) !== group) return false;
  return kind === "Pod" ? name === canaryName : kubeNameForm.safeParse(name).success;
}

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
    params: objectForm({ object: appliedForm, hold: z.exactOptional(jsonObjectForm) }),
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
