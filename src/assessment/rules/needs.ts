import type { Need } from "../rule.ts";

/** Rules about workloads read templates where there are no pods, and pods where there are no templates. */
export const workloadNeeds: readonly Need[] = ["pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"];

/** What makes such a rule complete. */
export const allWorkloads: readonly Need[] = ["pods", "deployments", "statefulsets", "daemonsets", "replicasets"];
