import type { JsonObject } from "../../kube/objects.ts";
import { type Step } from "../step.ts";
import type { ChartRequest } from "../../kube/helm.ts";
import { hold, isHeld, type Pool, recordOf } from "../../karpenter/hold.ts";
import { plainOf, objectAt, textAt } from "../../kube/json.ts";
import { clusterTag, planTag } from "../setup/options.ts";
import { keptStep, refused } from "../setup/plan-step.ts";
import {
  crdReleaseName,
  defaultTimeoutMs,
  type InstallOptions,
  type InstallManifest,
  installManifestOf,
  releaseName,
  resourceOf,
} from "./options.ts";
import { chartValues } from "./values.ts";
import { type InstallFacts, isOurs } from "./facts.ts";
import { plannedCluster } from "../setup/facts.ts";
import { type Stage, planId, planSchema, type InstallPlan } from "../plan.ts";

/** The whole installation, complete before anything is touched. Pure: the same facts and options give the same plan. */
export function planInstall(facts: InstallFacts, options: InstallOptions): InstallPlan {
  const id = planId("install", facts.cluster.name, facts.readAtMs);
  const manifests = options.manifests ?? [];
  const stages: Stage[] = [
    stage("install/controller", "Karpenter's controller", [
      ...namespaceSteps(facts),
      ...crdSteps(facts, options),
      chartStep(facts, options),
      readyStep(facts, options),
    ]),
    stage("install/pools", "Node classes and held pools", [
      ...manifests.map((manifest) => manifestStep(facts, manifest, id)),
      ...classStep(facts, options, manifests),
    ]),
  ];
  return {
    schema: planSchema,
    id,
    command: "install",
    cluster: plannedCluster(facts),
    madeAt: new Date(facts.readAtMs).toISOString(),
    stages: stages.filter((one) => one.steps.length > 0),
    context: {
      namespace: facts.namespace,
      release: releaseName,
      karpenterVersion: facts.release.version,
      identity: facts.identity,
      helmVersion: facts.helmVersion,
      values: chartValues(facts, options),
      refusals: facts.refusals,
      warnings: facts.warnings,
    },
  };
}

/** What helm is asked for: the CRD chart (undefined where the main chart brings them) and the main chart. */
export function chartRequests(
  facts: InstallFacts,
  options: InstallOptions,
): { readonly crds: ChartRequest | undefined; readonly main: ChartRequest } {
  const { release, namespace } = facts;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const request = (name: string, chart: string, values: JsonObject): ChartRequest => ({
    release: name,
    namespace,
    chart,
    // A path or a packed chart is one version already.
    ...(chart.startsWith("oci://") ? { version: release.version } : {}),
    values,
    timeoutMs,
  });
  const crdChart = options.crdChart ?? (options.chart === undefined ? release.crdChart : undefined);
  return {
    crds: release.hasCrdChart && crdChart !== undefined ? request(crdReleaseName, crdChart, {}) : undefined,
    main: request(releaseName, options.chart ?? release.chart, chartValues(facts, options)),
  };
}

function namespaceSteps(facts: InstallFacts): readonly Step[] {
  if (facts.hasNamespace) return [];
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: facts.namespace } };
  return [
    {
      id: "install/namespace",
      kind: "kube-namespace",
      action: "create",
      title: `create namespace ${facts.namespace}`,
      why: "the controller runs in it",
      target: `Namespace/${facts.namespace}`,
      params: { name: facts.namespace },
      calls: [{ operation: "kube:create namespaces", input: object }],
      undo: "restore",
    },
  ];
}

function crdSteps(facts: InstallFacts, options: InstallOptions): readonly Step[] {
  const { crds: request, main } = chartRequests(facts, options);
  const id = "install/crds";
  if (request === undefined) return [carriedCrds(id, facts, main)];
  const target = `Release/${request.namespace}/${request.release}`;
  const owned = `${request.namespace}/${request.release}`;
  const foreign = facts.crds.filter((crd) => crd.owner !== owned);
  if (foreign.length > 0) {
    const named = foreign.map((crd) => `${crd.name} (${crd.owner ?? "no release"})`).join(", ");
    return [
      refused(id, "helm-release", {
        title: `CRDs belong to another owner: ${named}`,
        why: `remove them with that owner, or hand them over: ${adoption(foreign, request)}`,
        target,
      }),
    ];
  }
  return [
    releaseStep(id, request, { is: facts.crdRelease, title: "Karpenter's CRDs", why: "nodes are described by them" }),
  ];
}

function carriedCrds(id: string, facts: InstallFacts, request: ChartRequest): Step {
  const names =
    facts.release.line === "v1alpha5"
      ? ["provisioners.karpenter.sh", "awsnodetemplates.karpenter.k8s.aws"]
      : ["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"];
  const target = names.map((name) => `CustomResourceDefinition/${name}`).join(",");
  const kind = "chart-crds";
  if (names.every((name) => facts.crds.some((crd) => crd.name === name))) {
    return keptStep(id, kind, { title: "Karpenter's CRDs", why: "are there already", target });
  }
  return {
    id,
    kind,
    action: "create",
    title: `apply the CRDs that chart ${request.chart} carries`,
    why: "helm would apply them too, but never remove them again",
    target,
    params: { request: { ...request }, names },
    calls: names.map((name) => ({ operation: `kube:apply customresourcedefinitions/${name}`, input: {} })),
    undo: "restore",
  };
}

function chartStep(facts: InstallFacts, options: InstallOptions): Step {
  const request = chartRequests(facts, options).main;
  const why = `the controller, by ${facts.identity === "irsa" ? "IRSA" : "EKS Pod Identity"}, with ${facts.replicas} replicas`;
  return releaseStep("install/karpenter", request, { is: facts.chartRelease, title: "Karpenter's controller", why });
}

function releaseStep(
  id: string,
  request: ChartRequest,
  of: { readonly is: InstallFacts["chartRelease"]; readonly title: string; readonly why: string },
): Step {
  const version = request.version === undefined ? "" : ` ${request.version}`;
  const input: JsonObject = { ...request, values: request.values };
  return {
    id,
    kind: "helm-release",
    action: of.is === undefined ? "create" : "change",
    title: `install ${of.title}: release ${request.release}${version} in ${request.namespace}`,
    why: of.why,
    target: `Release/${request.namespace}/${request.release}`,
    params: { request },
    calls: [{ operation: "helm:upgrade --install", input }],
    undo: "restore",
  };
}

function readyStep(facts: InstallFacts, options: InstallOptions): Step {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return {
    id: "install/ready",
    kind: "karpenter-ready",
    action: "wait",
    title: "wait for the controller's pods to be ready",
    why: "an installation counts when it runs",
    target: `Deployment/${facts.namespace}/${releaseName}`,
    params: { namespace: facts.namespace, name: releaseName, timeoutMs },
    calls: [],
    undo: "none-needed",
  };
}

function manifestStep(facts: InstallFacts, manifest: InstallManifest, planIdText: string): Step {
  const isPool = manifest.kind === "NodePool" || manifest.kind === "Provisioner";
  const name = manifest.metadata.name;
  const id = `install/${manifest.kind}/${name}`;
  const kind = "kube-manifest";
  const target = `${manifest.kind}/${name}`;
  const existing = facts.existing.get(target);
  if (existing !== undefined && isOurs(existing, facts.cluster.name)) {
    if (isPool && isHeld(existing) && textAt(plainOf(existing), "spec", "limits", "cpu") !== "0") {
      return refused(id, kind, {
        title: `${manifest.kind} ${name} is marked as held and launches nodes: a migration stopped half-way`,
        why: "go on with `dovetail resume`, or take it back with `dovetail rollback`, which holds it",
        target,
      });
    }
    const why = !isPool
      ? "applied by an earlier install"
      : isHeld(existing)
        ? "exists and is held"
        : "exists and was released";
    return keptStep(id, kind, { title: `${manifest.kind} ${name}`, why, target });
  }
  if (existing !== undefined) {
    return refused(id, kind, {
      title: `${manifest.kind} ${name} exists and was not made by Dovetail`,
      why: "remove it, or give yours another name with --manifests",
      target,
    });
  }
  const object = marked(isPool ? held(manifest) : manifest, {
    [clusterTag]: facts.cluster.name,
    [planTag]: planIdText,
  });
  return {
    id,
    kind,
    action: "create",
    title: isPool ? `apply ${manifest.kind} ${name}, held` : `apply ${manifest.kind} ${name}`,
    why: isPool
      ? "held means CPU limit 0 and no disruption: nothing is provisioned before the hand-over"
      : "tells Karpenter how to launch an instance",
    target,
    params: { object, ...(isPool ? { hold: recordOf(poolOf(defaulted(manifest))) } : {}) },
    calls: [{ operation: `kube:apply ${resourceOf(manifest.kind)}/${name}`, input: object }],
    undo: "restore",
  };
}

function classStep(
  facts: InstallFacts,
  options: InstallOptions,
  manifests: readonly InstallManifest[],
): readonly Step[] {
  const names = manifests.filter((one) => one.kind === "EC2NodeClass").map((one) => one.metadata.name);
  if (names.length === 0) return [];
  const which = names.length === 1 ? "1 node class" : `${names.length} node classes`;
  return [
    {
      id: "install/node-classes-ready",
      kind: "node-classes-ready",
      action: "wait",
      title: `wait until Karpenter finds subnets, security groups, images and role of ${which}`,
      why: "a node class that is not ready launches nothing",
      target: names.map((name) => `EC2NodeClass/${name}`).join(","),
      params: { names, namespace: facts.namespace, timeoutMs: options.timeoutMs ?? defaultTimeoutMs },
      calls: [],
      undo: "none-needed",
    },
  ];
}

function marked(manifest: InstallManifest, annotations: Readonly<Record<string, string>>): InstallManifest {
  const metadata = { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, ...annotations } };
  return installManifestOf({ ...manifest, metadata });
}

function held(manifest: InstallManifest): InstallManifest {
  return installManifestOf(hold(poolOf(defaulted(manifest))));
}

// What the API server fills in where a pool says nothing of disruption: holding adds a budget, and then it would not.
function defaulted(manifest: InstallManifest): InstallManifest {
  if (manifest.kind !== "NodePool") return manifest;
  const spec = objectAt(manifest["spec"]);
  const disruption = { consolidateAfter: "0s", ...objectAt(spec["disruption"]) };
  return installManifestOf({ ...manifest, spec: { ...spec, disruption } });
}

function poolOf(manifest: InstallManifest): Pool {
  const spec = manifest["spec"];
  return { ...manifest, spec: typeof spec === "object" && spec !== null ? spec : {} };
}

function adoption(crds: readonly { readonly name: string }[], request: ChartRequest): string {
  const names = crds.map((crd) => crd.name).join(" ");
  const owner = `meta.helm.sh/release-name=${request.release} meta.helm.sh/release-namespace=${request.namespace}`;
  return [
    `kubectl annotate crd ${names} ${owner} --overwrite`,
    `kubectl label crd ${names} app.kubernetes.io/managed-by=Helm --overwrite`,
  ].join(" && ");
}

function stage(id: string, title: string, steps: readonly Step[]): Stage {
  return { id, title, steps, gates: [] };
}
