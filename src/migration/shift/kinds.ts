import { z } from "zod";
import {
  countForm,
  jsonForm,
  jsonObjectForm,
  type KindSpec,
  kubeNameForm,
  listForm,
  millisecondsForm,
  type Needs,
  nothingForm,
  objectForm,
  textsForm,
} from "../kind.ts";

/** How a step names a node group. */
const group = {
  cluster: z.string(),
  group: z.string(),
  groupKind: z.enum(["managed", "self-managed"]),
  /** Null only when the account never told. */
  autoScalingGroupName: z.string().nullable(),
};
const consents = objectForm({ bare: textsForm, protected: textsForm });
const nodes = listForm(objectForm({ name: kubeNameForm, instanceId: z.string() }));
const wave = { ...group, nodes, wave: z.string(), consents };
const deployment = { namespace: kubeNameForm, deployment: kubeNameForm };
const poolRecords = listForm(objectForm({ name: kubeNameForm, held: z.string() }));

const readsGroups: Needs["aws"] = ["autoscaling:DescribeAutoScalingGroups", "eks:DescribeNodegroup"];
const setsSizes: Needs["aws"] = [
  "autoscaling:UpdateAutoScalingGroup",
  "autoscaling:SetDesiredCapacity",
  "eks:UpdateNodegroupConfig",
  "eks:DescribeUpdate",
];
const surges: Needs["kube"] = [
  "list pods",
  "create pods",
  "delete pods",
  "list nodes",
  "list events",
  "list replicasets",
  "list persistentvolumeclaims",
  "list persistentvolumes",
  "list storageclasses",
  "get priorityclasses",
  "create priorityclasses",
  "delete priorityclasses",
];
const drains: Needs["kube"] = [
  "list pods",
  "create pods/eviction",
  "delete pods",
  "list nodes",
  "patch nodes",
  "list poddisruptionbudgets",
  "get replicasets",
  "get statefulsets",
  "get replicationcontrollers",
];
const terminates: Needs = {
  aws: [...readsGroups, "autoscaling:TerminateInstanceInAutoScalingGroup", "autoscaling:SuspendProcesses"],
  kube: ["list nodes"],
};

const check = { before: nothingForm, after: nothingForm, undo: "none" } as const;
const handOverNeeds: Needs = {
  aws: [],
  kube: [
    "get deployments",
    "list deployments",
    "patch deployments/scale",
    "get nodepools",
    "patch nodepools",
    "list nodeclaims",
    "delete nodeclaims",
    "list nodes",
    "patch nodes",
    ...drains,
  ],
};

/** What a cut-over can do. */
export const shiftKinds = {
  "migrate/check-karpenter": { ...check, params: objectForm({}), needs: { aws: [], kube: ["list deployments"] } },
  "migrate/check-pools": {
    ...check,
    params: objectForm({ pools: listForm(kubeNameForm) }),
    needs: { aws: [], kube: ["get nodepools"] },
  },
  "migrate/check-drift": {
    ...check,
    params: objectForm({
      groups: listForm(objectForm(group)),
      sizes: z.record(z.string(), objectForm({ min: countForm, max: countForm })).readonly(),
    }),
    needs: { aws: readsGroups, kube: [] },
  },
  "migrate/check-permissions": {
    ...check,
    params: objectForm({
      /** Kinds of the plan's steps; journals of earlier versions do not say, and mean all of a cut-over. */
      kinds: z.exactOptional(textsForm),
      groups: z.exactOptional(listForm(objectForm(group))),
    }),
    needs: { aws: ["sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy", ...readsGroups], kube: [] },
  },
  "migrate/hand-over": {
    params: objectForm({
      autoscalers: listForm(objectForm(deployment)),
      pools: listForm(kubeNameForm),
      timeoutMs: millisecondsForm,
      drainMs: millisecondsForm,
      consents,
    }),
    before: objectForm({
      autoscalers: listForm(objectForm({ ...deployment, replicas: countForm })),
      pools: poolRecords,
    }),
    after: nothingForm,
    undo: "restore",
    needs: handOverNeeds,
  },
  "migrate/open-group": {
    params: objectForm({ ...group, consents, minimum: countForm, timeoutMs: millisecondsForm }),
    before: objectForm({
      min: countForm,
      max: countForm,
      desired: countForm,
      suspended: textsForm,
      tags: listForm(jsonForm),
      labels: jsonObjectForm,
    }),
    after: objectForm({ min: countForm }),
    undo: "restore",
    needs: {
      aws: [...readsGroups, ...setsSizes, "autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses"],
      kube: ["list nodes"],
    },
  },
  "migrate/surge": {
    params: objectForm({ ...wave, timeoutMs: millisecondsForm, image: z.string() }),
    before: nothingForm,
    after: nothingForm,
    undo: "restore",
    needs: { aws: [], kube: surges },
  },
  "migrate/cordon": {
    params: objectForm(wave),
    before: objectForm({ uncordoned: listForm(kubeNameForm) }),
    after: nothingForm,
    undo: "restore",
    needs: { aws: [], kube: ["list nodes", "patch nodes"] },
  },
  "migrate/drain": {
    params: objectForm({ ...wave, timeoutMs: millisecondsForm }),
    before: objectForm({ pods: countForm, ready: z.record(z.string(), countForm).readonly() }),
    after: nothingForm,
    undo: "none",
    needs: { aws: [], kube: drains },
  },
  "migrate/terminate": {
    params: objectForm({ ...wave, timeoutMs: millisecondsForm }),
    before: objectForm({ desired: countForm }),
    after: nothingForm,
    undo: "restore",
    needs: { aws: [...terminates.aws, "autoscaling:SetDesiredCapacity"], kube: [...terminates.kube, "list pods"] },
  },
  "migrate/sweep": {
    params: objectForm({
      ...group,
      consents,
      keep: listForm(kubeNameForm),
      surgeMs: millisecondsForm,
      drainMs: millisecondsForm,
      timeoutMs: millisecondsForm,
      image: z.string(),
    }),
    before: objectForm({ desired: countForm }),
    after: nothingForm,
    undo: "restore",
    needs: {
      aws: [...terminates.aws, "autoscaling:SetDesiredCapacity"],
      kube: [...surges, ...drains, "patch nodes"],
    },
  },
  "migrate/retire-group": {
    params: objectForm({
      ...group,
      size: countForm,
      /** Names of the nodes that stay; journals of earlier versions do not say. */
      keep: z.exactOptional(listForm(kubeNameForm)),
      suspended: textsForm,
    }),
    before: nothingForm,
    after: objectForm({ desired: countForm }),
    undo: "none",
    needs: { aws: [...readsGroups, "autoscaling:ResumeProcesses"], kube: ["list nodes"] },
  },
  "migrate/release-disruption": {
    params: objectForm({ pools: listForm(kubeNameForm) }),
    before: objectForm({ pools: poolRecords }),
    after: nothingForm,
    undo: "restore",
    needs: { aws: [], kube: ["get nodepools", "patch nodepools", "get priorityclasses", "delete priorityclasses"] },
  },
} as const satisfies Readonly<Record<string, KindSpec>>;
