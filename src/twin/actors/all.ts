import { chargeObserver } from "../checkers/charge.ts";
import type { Actor } from "../world/actor.ts";
import { autoScaling } from "./auto-scaling/auto-scaling.ts";
import { clusterAutoscaler } from "./autoscaler/autoscaler.ts";
import { cronJobs } from "./cronjob/cronjob.ts";
import { daemonSets } from "./daemonset/daemonset.ts";
import { deployments } from "./deployment/deployment.ts";
import { disruption } from "./disruption/disruption.ts";
import { ec2 } from "./ec2/ec2.ts";
import { eks } from "./eks/eks.ts";
import { garbageCollector } from "./garbage-collector/garbage-collector.ts";
import { jobs } from "./job/job.ts";
import { karpenter } from "./karpenter/karpenter.ts";
import { kubeScheduler } from "./kube-scheduler/kube-scheduler.ts";
import { kubelet } from "./kubelet/kubelet.ts";
import { namespaces } from "./namespace/namespace.ts";
import { nodeLifecycle } from "./node-lifecycle/node-lifecycle.ts";
import { replicaSets } from "./replicaset/replicaset.ts";
import { statefulSets } from "./statefulset/statefulset.ts";
import { volumes } from "./volumes/volumes.ts";

/** Everybody who lives in a cluster and its account, without the two autoscalers. */
export const clusterActors: readonly Actor[] = [
  ec2,
  autoScaling,
  eks,
  kubelet,
  nodeLifecycle,
  garbageCollector,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  jobs,
  cronJobs,
  disruption,
  volumes,
  kubeScheduler,
  namespaces,
];

/** Everybody: the autoscalers act while their Deployments run. */
export const allActors: readonly Actor[] = [...clusterActors, clusterAutoscaler, karpenter, chargeObserver];
