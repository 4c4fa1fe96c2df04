import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import type { Release } from "../karpenter/releases.ts";
import { makeFinding, type Finding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { asManifest, type Manifest } from "./assemble.ts";
import type { Target } from "./input.ts";
import { toV1alpha5 } from "./target-v1alpha5.ts";
import { toV1beta1 } from "./target-v1beta1.ts";
import type { OlderPair } from "./target-types.ts";
import type { FieldFate, TranslatedGroup } from "./types.ts";

/** Groups and manifests in the API version that was asked for. */
export interface Retargeted {
  readonly groups: readonly TranslatedGroup[];
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
  readonly refused: readonly { readonly nodeGroup: string; readonly reason: string; readonly fix: string }[];
}

/**
 * Brings a translation into the API that was asked for, as the release serves it. The groups' own objects stay v1, which the
 * engine reads.
 */
export function retarget(groups: readonly TranslatedGroup[], target: Target, release: Release): Retargeted {
  if (target === "v1") {
    const pairs = groups.map((group) => [asManifest(group.nodeClass), asManifest(group.nodePool)] as const);
    return { groups, manifests: inApplyOrder(pairs), findings: [], refused: [] };
  }
  const convert = (group: TranslatedGroup): OlderPair =>
    target === "v1beta1" ? toV1beta1(group, betaOf(release)) : toV1alpha5(group);
  const conversions = groups.map((group) => ({ group, conversion: convert(group) }));
  const done = conversions.filter(({ conversion }) => conversion.nodePool !== undefined);
  const pairs = done.flatMap(({ conversion: { nodeClass, nodePool } }) =>
    nodeClass === undefined || nodePool === undefined ? [] : [[nodeClass, nodePool] as const],
  );
  return {
    groups: done.map(({ group, conversion }) => ({
      ...group,
      fates: group.fates.map((fate) => moved(fate, conversion)),
    })),
    manifests: inApplyOrder(pairs),
    findings: conversions.flatMap(({ group, conversion }) => gapFindings(group, conversion, target)),
    refused: conversions
      .filter(({ conversion }) => conversion.nodePool === undefined)
      .flatMap(({ group, conversion }) =>
        group.nodeGroups.map((nodeGroup) => ({
          nodeGroup: nodeGroup.name,
          reason: conversion.gaps[0]?.why ?? `cannot be expressed in ${target}`,
          fix: "use --target v1, or an image that it knows with --ami-alias al2@latest",
        })),
      ),
  };
}

/** NodePools of v1 with their EC2NodeClasses as v1beta1 of a minor says them, classes first; a pool without its class is left out. */
export function betaManifests(
  nodePools: readonly NodePool[],
  nodeClasses: readonly Ec2NodeClass[],
  minor: number,
): readonly Manifest[] {
  const pairs = nodePools.flatMap((nodePool) => {
    const { name } = nodePool.spec.template.spec.nodeClassRef;
    const nodeClass = nodeClasses.find(({ metadata }) => metadata.name === name);
    if (nodeClass === undefined) return [];
    const older = toV1beta1({ nodePool, nodeClass }, minor);
    return older.nodeClass === undefined || older.nodePool === undefined
      ? []
      : [[older.nodeClass, older.nodePool] as const];
  });
  return inApplyOrder(pairs);
}

/** Which v1beta1: that of the release, where it is one of v1beta1; else the last. */
function betaOf({ line, version }: Release): number {
  return line === "v1beta1" ? Number(version.split(".")[1]) : 37;
}

// Node classes first, each once, so that pools find them.
function inApplyOrder(pairs: readonly (readonly [Manifest, Manifest])[]): readonly Manifest[] {
  const classes = new Map(pairs.map(([nodeClass]) => [nodeClass.metadata.name, nodeClass]));
  return [...classes.values(), ...pairs.map(([, nodePool]) => nodePool)];
}

function moved(fate: FieldFate, conversion: OlderPair): FieldFate {
  if (fate.fate === "lost") return fate;
  const gap = conversion.gaps.find(({ field }) => fate.to.startsWith(field));
  if (gap !== undefined) {
    const { nodeGroup, field, value } = fate;
    const lost = { fate: "lost", field, value, why: gap.why, risk: "nodes start without it" } as const;
    return nodeGroup === undefined ? lost : { ...lost, nodeGroup };
  }
  const move = conversion.moves.find(([from]) => fate.to.startsWith(from));
  return move === undefined ? fate : { ...fate, to: move[1] + fate.to.slice(move[0].length) };
}

function gapFindings(group: TranslatedGroup, conversion: OlderPair, target: Target): readonly Finding[] {
  return conversion.gaps.map(({ field, why }) => {
    const [kind = "", path = ""] = field.split(" ");
    const object = `${kind}/${kind === "EC2NodeClass" ? group.nodeClass.metadata.name : group.nodePool.metadata.name}`;
    return makeFinding(translationFindings, "DV2020", object, { object, field: path, target, why });
  });
}
