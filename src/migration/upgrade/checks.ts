import { minorRank } from "../../karpenter/releases.ts";
import { isCompatibility } from "../../karpenter/compatibility.ts";
import { plainOf, listAt, objectAt, printed, textAt } from "../../kube/json.ts";
import { parseGoDuration } from "../../kube/go-duration.ts";
import { isKarpenterNode, zoneOf } from "../../kube/node.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { protectionAnnotations } from "../../kube/pod.ts";
import { workloadsAlike } from "./workloads.ts";
import { idOf } from "../../translation/convert/names.ts";
import { type MoveFacts, passes } from "./facts.ts";
import type { UpgradeCheck } from "./types.ts";

/** A condition of moves past a release. */
interface CheckRule {
  /** The release that asks for it. */
  readonly at: string;
  readonly look: (move: MoveFacts) => UpgradeCheck | undefined;
}

/** What the cluster says about the conditions of a move. What is right is told too: silence would look like a check that was not made. */
export function checksOf(move: MoveFacts, kubernetes: string | undefined): readonly UpgradeCheck[] {
  return [kubernetesCheck(move, kubernetes), ...othersOf(move)];
}

function kubernetesCheck({ to }: MoveFacts, is: string | undefined): UpgradeCheck {
  const { min, max } = to.kubernetes;
  const what = `Kubernetes ${min} to ${max}`;
  if (is === undefined) return { what, state: "unknown", detail: "the cluster's version was not read", subjects: [] };
  const isBeyond = minorRank(is) > minorRank(max);
  return isBeyond
    ? { what, state: "wrong", detail: `the cluster runs ${is}, which this release was never made for`, subjects: [] }
    : right(what, `the cluster runs ${is} by then`);
}

function othersOf(move: MoveFacts): readonly UpgradeCheck[] {
  return rules.filter(({ at }) => passes(move, at)).flatMap(({ look }) => look(move) ?? []);
}

const rules: readonly CheckRule[] = [
  { at: "0.19", look: terminationHandler },
  { at: "0.27", look: (move) => roomForController(move, "node") },
  { at: "0.32", look: provisionerSelectors },
  { at: "0.33", look: oldAnnotations },
  { at: "0.32", look: convertible },
  { at: "1.0", look: (move) => (passes(move, "0.32") ? undefined : convertible(move)) },
  { at: "1.0", look: webhooks },
  { at: "1.0", look: expired },
  { at: "1.0", look: customImages },
  { at: "1.0", look: (move) => roomForController(move, "zone") },
  { at: "1.1", look: compatibility },
  { at: "1.1", look: references },
  { at: "1.1", look: storedVersions },
];

function right(what: string, detail: string): UpgradeCheck {
  return { what, state: "right", detail, subjects: [] };
}

function unknown(what: string, missing: string): UpgradeCheck {
  return { what, state: "unknown", detail: `${missing} were not read`, subjects: [] };
}

/** The answer by what was found: nothing is right. */
function found(
  what: string,
  subjects: readonly string[],
  words: { readonly none: string; readonly some: string; readonly fix: string; readonly state?: "wrong" | "look" },
): UpgradeCheck {
  if (subjects.length === 0) return right(what, words.none);
  return { what, state: words.state ?? "wrong", detail: words.some, fix: words.fix, subjects };
}

function terminationHandler({ facts }: MoveFacts): UpgradeCheck | undefined {
  const { daemonsets, deployments } = facts.objects;
  const what = "one reader of interruptions";
  if (daemonsets === undefined && deployments === undefined) return unknown(what, "DaemonSets and Deployments");
  const all: readonly KubeObject[] = [...(daemonsets ?? []), ...(deployments ?? [])];
  const handlers = all.filter(({ metadata }) => metadata.name.includes("node-termination-handler"));
  return found(what, handlers.map(idOf), {
    state: "look",
    none: "no aws-node-termination-handler",
    some: "drains nodes on the same events as Karpenter once a queue is named",
    fix: "take it away before the chart names an interruption queue",
  });
}

function roomForController({ facts }: MoveFacts, of: "node" | "zone"): UpgradeCheck | undefined {
  const what =
    of === "node" ? "a node for each replica of the controller" : "a zone for each replica of the controller";
  const { installation, objects } = facts;
  if (installation === undefined) return undefined;
  if (objects.nodes === undefined) return unknown(what, "nodes");
  const nodes = objects.nodes.filter((node) => !isKarpenterNode(node) && node.spec?.unschedulable !== true);
  const places = new Set(nodes.map((node) => (of === "node" ? node.metadata.name : zoneOf(node))));
  const wanted = Math.min(installation.replicas, of === "node" ? installation.replicas : 2);
  if (places.size >= wanted) return right(what, `${places.size} for ${installation.replicas}`);
  return {
    what,
    state: "wrong",
    detail: `${installation.replicas} replicas, ${places.size} ${of}${places.size === 1 ? "" : "s"} that Karpenter did not make`,
    fix:
      of === "node"
        ? "add a node, or set replicas to 1 in the values"
        : "set replicas to 1, or relax topologySpreadConstraints in the values",
    subjects: [`Deployment/${installation.name}`],
  };
}

function provisionerSelectors({ facts }: MoveFacts): UpgradeCheck {
  const what = "pods that name their Provisioner";
  const all = workloadsAlike(facts.objects, ({ template }) =>
    printed(plainOf(template)).includes('"karpenter.sh/provisioner-name"'),
  );
  // The controller's own is the chart's, which says it as each release needs.
  const { installation } = facts;
  const own = installation === undefined ? "" : `Deployment/${installation.namespace}/${installation.name}`;
  const named = all?.filter((name) => name !== own);
  if (named === undefined) return unknown(what, "workloads");
  return found(what, named, {
    none: "none selects or avoids karpenter.sh/provisioner-name",
    some: "select or avoid karpenter.sh/provisioner-name, which nodes of NodePools do not carry",
    fix: "add the same for karpenter.sh/nodepool before nodes are rolled over",
  });
}

function oldAnnotations({ facts }: MoveFacts): UpgradeCheck {
  const what = "pods and nodes that must stay are annotated as from v1beta1 on";
  const { doNotDisrupt, doNotEvict, doNotConsolidate } = protectionAnnotations;
  const isOld = (annotations: Readonly<Record<string, string>> = {}): boolean =>
    (annotations[doNotEvict] !== undefined || annotations[doNotConsolidate] !== undefined) &&
    annotations[doNotDisrupt] === undefined;
  const workloads = workloadsAlike(facts.objects, ({ template }) => isOld(template.metadata?.annotations));
  const { nodes } = facts.objects;
  if (workloads === undefined || nodes === undefined) return unknown(what, "workloads or nodes");
  const marked = nodes.filter(({ metadata }) => isOld(metadata.annotations)).map(idOf);
  return found(what, [...workloads, ...marked], {
    none: "none relies on do-not-evict or do-not-consolidate alone",
    some: `are protected by ${doNotEvict} or ${doNotConsolidate} alone, which later releases do not read`,
    fix: `annotate them with ${doNotDisrupt}: "true" beside it; 0.32 reads both`,
  });
}

function convertible({ facts }: MoveFacts): UpgradeCheck {
  const errors = facts.conversionFindings.filter(({ severity }) => severity === "error");
  return found("objects can be said in the next API", Array.from(new Set(errors.map(({ subject }) => subject))), {
    none: "everything has a successor",
    some: `${errors[0]?.message ?? "something has no successor"}`,
    fix: errors[0]?.fix ?? "`dovetail convert` names each",
  });
}

/** From 0.33 on the chart can switch webhooks off, and up to 0.37.2 it did so by default; without them nothing converts. */
function webhooks({ from, facts }: MoveFacts): UpgradeCheck | undefined {
  if (facts.from.version !== from.version || facts.installation === undefined) return undefined;
  const { spec } = facts.installation.object;
  const setting = spec.template.spec.containers
    .flatMap(({ env = [] }) => env)
    .find(({ name }) => name === "DISABLE_WEBHOOK");
  return found(
    "the controller serves webhooks",
    setting?.value === "true" ? [`Deployment/${facts.installation.name}`] : [],
    {
      none: "DISABLE_WEBHOOK is not true",
      some: "DISABLE_WEBHOOK is true: nothing would convert v1beta1 to v1 and back",
      fix: "upgrade the chart of this release once with --set webhook.enabled=true",
    },
  );
}

function expired({ facts }: MoveFacts): UpgradeCheck | undefined {
  const what = "no node is past its expiry";
  const { nodeclaims, nodepools } = facts.objects;
  if (facts.from.apis[0] === "v1alpha5") return undefined;
  if (nodeclaims === undefined || nodepools === undefined) return unknown(what, "NodeClaims or NodePools");
  const lifetimes = new Map(nodepools.map((pool) => [pool.metadata.name, lifetimeMs(pool)]));
  const now = Date.parse(facts.readAt);
  const late = nodeclaims.filter(({ metadata }) => {
    const lifetime = lifetimes.get(metadata.labels?.["karpenter.sh/nodepool"] ?? "");
    return lifetime !== undefined && Date.parse(metadata.creationTimestamp ?? "") + lifetime < now;
  });
  return found(what, late.map(idOf), {
    none: `none of ${nodeclaims.length} NodeClaims is`,
    some: "are older than expireAfter, held back by budgets or pods: 1.0 drains all of them at once",
    fix: "find out what holds them, or raise expireAfter until they are gone",
  });
}

function lifetimeMs(pool: KubeObject): number | undefined {
  const spec = objectAt(plainOf(pool), "spec");
  const text = textAt(spec, "template", "spec", "expireAfter") ?? textAt(spec, "disruption", "expireAfter");
  const nanoseconds = text === undefined ? undefined : parseGoDuration(text);
  return nanoseconds === undefined ? undefined : Number(nanoseconds / 1_000_000n);
}

function customImages({ facts }: MoveFacts): UpgradeCheck {
  const custom = facts.v1.filter(({ spec }) => textAt(spec, "amiFamily") === "Custom");
  return found("images of one's own register with the taint", custom.map(idOf), {
    state: "look",
    none: "no EC2NodeClass of the family Custom",
    some: "bring their own user data: its kubelet must register with karpenter.sh/unregistered:NoExecute",
    fix: "add the taint to the kubelet's registerWithTaints in spec.userData",
  });
}

function compatibility({ from, facts }: MoveFacts): UpgradeCheck | undefined {
  if (facts.from.version !== from.version) return undefined;
  const { nodepools, ec2nodeclasses } = facts.objects;
  if (nodepools === undefined || ec2nodeclasses === undefined)
    return unknown("no annotations of the conversion are left", "NodePools or EC2NodeClasses");
  const left = [...nodepools, ...ec2nodeclasses].filter(({ metadata }) =>
    Object.keys(metadata.annotations ?? {}).some(isCompatibility),
  );
  return found("no annotations of the conversion are left", left.map(idOf), {
    none: "none",
    some: "carry compatibility annotations: 1.1 does not start with the one for the kubelet and ignores the others",
    fix: "`dovetail convert` writes them as v1 means them; apply that first",
  });
}

function references({ from, facts }: MoveFacts): UpgradeCheck | undefined {
  if (facts.from.version !== from.version) return undefined;
  const { nodepools, nodeclaims } = facts.objects;
  const what = "nodeClassRef names group and kind";
  if (nodepools === undefined || nodeclaims === undefined) return unknown(what, "NodePools or NodeClaims");
  const isShort = (object: KubeObject, ...path: readonly string[]): boolean => {
    const reference = objectAt(plainOf(object), "spec", ...path, "nodeClassRef");
    return textAt(reference, "group") === undefined || textAt(reference, "kind") === undefined;
  };
  const short = [
    ...nodepools.filter((one) => isShort(one, "template", "spec")),
    ...nodeclaims.filter((one) => isShort(one)),
  ];
  return found(what, short.map(idOf), {
    none: "everywhere",
    some: "name no group or kind: 1.1 cannot work with them",
    fix: "set group karpenter.k8s.aws and kind EC2NodeClass",
  });
}

function storedVersions({ from, facts }: MoveFacts): UpgradeCheck | undefined {
  if (facts.from.version !== from.version) return undefined;
  const what = "nothing is stored as v1beta1";
  const crds = (facts.objects.customresourcedefinitions ?? []).filter(({ metadata }) =>
    /^(nodepools|nodeclaims|ec2nodeclasses)\.karpenter\./.test(metadata.name),
  );
  const told = crds.filter((crd) => listAt(plainOf(crd), "status", "storedVersions").length > 0);
  if (told.length === 0) return unknown(what, "status.storedVersions of the CRDs");
  const old = told.filter((crd) => listAt(plainOf(crd), "status", "storedVersions").includes("v1beta1"));
  return found(what, old.map(idOf), {
    none: "storedVersions is v1",
    some: "still list v1beta1 in status.storedVersions: a CRD without it is refused",
    fix: "run 1.0.6 or later, which stores everything anew, until only v1 is listed",
  });
}
