import { z } from "zod";
import { forecastForm } from "./shift/forecast.ts";
import { countForm, jsonObjectForm, listForm, millisecondsForm, objectForm, textsForm } from "./kind.ts";

const identity = z.enum(["irsa", "pod-identity"]);
const refusals = listForm(objectForm({ reason: z.string(), fix: z.string() }));
const usdPerHour = z.number().nullable();
const counts = z.record(z.string(), z.number()).readonly();

/** Facts about the world before the first step, by what a plan is for. */
export const contexts = {
  setup: objectForm({
    /** The environment that the classic guide's setup.sh would have exported. */
    environment: z.record(z.string(), z.string()).readonly(),
    identity,
    identityWhy: z.string(),
    /** The choices that make two plans of one cluster differ. */
    options: jsonObjectForm,
    refusals,
    warnings: textsForm,
  }),
  install: objectForm({
    namespace: z.string(),
    release: z.string(),
    karpenterVersion: z.string(),
    identity,
    helmVersion: z.string(),
    values: jsonObjectForm,
    refusals,
    warnings: textsForm,
  }),
  canary: objectForm({ kind: z.literal("canary"), nodeClass: z.string() }),
  migrate: objectForm({
    baseline: objectForm({
      /** Pods that were unschedulable, by owner, or by name for bare ones. */
      pending: counts,
      /** Replicas short of those wanted, by workload; only where some are. */
      missing: counts,
      nodes: countForm,
      /** Replicas by zone of each workload that lay in several; older plans do not say. */
      zones: z.exactOptional(z.record(z.string(), counts).readonly()),
      /** Workloads whose pods ask to be spread over zones: a gate closes when one of them loses a zone. */
      spread: z.exactOptional(textsForm),
    }),
    options: jsonObjectForm,
    /** NodePools that take over. */
    pools: textsForm,
    leftOut: listForm(objectForm({ group: z.string(), reason: z.string() })),
    groups: listForm(
      objectForm({
        name: z.string(),
        kind: z.string(),
        rationale: z.string(),
        nodes: countForm,
        kept: listForm(objectForm({ name: z.string(), because: z.string() })),
        /** Why its rebalancing would end a node that stays: it is not resumed then. */
        uneven: z.exactOptional(z.string()),
        waves: listForm(countForm),
        pods: countForm,
      }),
    ),
    before: objectForm({ nodes: countForm, usdPerHour }),
    /** What no step of the plan can get past, and was not accepted; older plans do not say. */
    blockers: z.exactOptional(
      listForm(
        objectForm({ code: z.string(), subject: z.string(), pods: textsForm, reason: z.string(), fix: z.string() }),
      ),
    ),
    /** What was in the way and was accepted by name. */
    accepted: z.exactOptional(listForm(objectForm({ code: z.string(), subject: z.string(), reason: z.string() }))),
    /** What hurts the pods that move, by the code of the finding. */
    risks: z.exactOptional(
      listForm(
        objectForm({ code: z.string(), severity: z.string(), title: z.string(), subjects: textsForm, pods: countForm }),
      ),
    ),
    /** What `simulate` promised; absent when it was not asked. */
    forecast: z.exactOptional(forecastForm),
  }),
};

/** Checks between stages, by what they need to know. */
export const gateKinds = {
  /** Nothing is worse off than before the first step, and Cluster Autoscaler stays at rest. */
  pods: objectForm({ timeoutMs: millisecondsForm }),
  /** Karpenter's nodes cost at most this share of the forecast. */
  cost: objectForm({ percent: z.number().positive(), timeoutMs: millisecondsForm }),
};

/** A kind of check between stages. */
export type GateKind = keyof typeof gateKinds;

/** A check between stages, as data. */
export interface GateOf<K extends GateKind> {
  readonly kind: K;
  readonly title: string;
  readonly params: z.infer<(typeof gateKinds)[K]>;
}

/** Any check between stages. */
export type Gate = { readonly [K in GateKind]: GateOf<K> }[GateKind];

/** What a command's plan knows of the world. */
export type ContextOf<C extends keyof typeof contexts> = z.infer<(typeof contexts)[C]>;

/** What a migration's plan knows of the world. */
export type MigrationContext = ContextOf<"migrate">;

/** A node group as a migration's plan shows it. */
export type PlannedGroup = MigrationContext["groups"][number];
