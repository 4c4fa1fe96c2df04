import type { Finding } from "../findings/finding.ts";
import { registry } from "../findings/registry.ts";
import { printed } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Conversion } from "../translation/convert/convert.ts";
import type { FieldFate, Translation } from "../translation/types.ts";
import { versionedDocument } from "./json.ts";
import type { Sheet } from "./sheet.ts";

/** What `translate --json` prints. */
export function translateDocument(translation: Translation, about: JsonObject): JsonObject {
  return versionedDocument("translation", "translate", {
    ...about,
    target: translation.target,
    groups: translation.groups.map((group) => ({
      nodeGroups: group.nodeGroups.map((item) => item.name),
      nodePool: group.nodePool.metadata.name,
      nodeClass: group.nodeClass.metadata.name,
      fates: group.fates.map(fateJson),
    })),
    flags: translation.flagFates.map(fateJson),
    refused: translation.refused.map((item) => ({ ...item })),
    findings: translation.findings.map(findingJson),
    manifests: translation.manifests,
  });
}

/** What `convert --json` prints. */
export function convertDocument(conversion: Conversion, about: JsonObject): JsonObject {
  return versionedDocument("conversion", "convert", {
    ...about,
    objects: conversion.objects.map(({ object, fates }) => ({ object, fates: fates.map(fateJson) })),
    current: conversion.current,
    findings: conversion.findings.map(findingJson),
    manifests: conversion.manifests,
  });
}

/** The fate of every field as rows. */
export function fatesSheet(fates: readonly (FieldFate & { readonly of: string })[]): Sheet {
  return {
    columns: ["of", "field", "value", "fate", "to", "why"],
    rows: fates.map((one) => [
      one.of,
      one.field,
      printed(one.value),
      one.fate,
      one.fate === "lost" ? "" : one.to,
      one.fate === "kept" ? "" : one.why,
    ]),
  };
}

/** The fate of every field and flag as rows. */
export function translationSheet(translation: Translation): Sheet {
  const groups = translation.groups.flatMap((group) =>
    group.fates.map((fate) => ({ ...fate, of: fate.nodeGroup ?? "" })),
  );
  return fatesSheet([...groups, ...translation.flagFates.map((fate) => ({ ...fate, of: "cluster-autoscaler" }))]);
}

/** Manifests as kubectl names them: `nodepool.karpenter.sh/general`. */
export function manifestNames(manifests: Translation["manifests"]): readonly string[] {
  return manifests.map(({ apiVersion, kind, metadata }) => {
    const group = apiVersion.includes("/") ? `.${apiVersion.slice(0, apiVersion.indexOf("/"))}` : "";
    return `${kind.toLowerCase()}${group}/${metadata.name}`;
  });
}

function findingJson(finding: Finding): JsonObject {
  return {
    code: finding.code,
    severity: finding.severity,
    title: titleOf(finding.code),
    subject: finding.subject,
    message: finding.message,
    fix: finding.fix,
    evidence: finding.evidence,
  };
}

function titleOf(code: string): string {
  return Object.entries(registry).find(([key]) => key === code)?.[1].title ?? "";
}

function fateJson(fate: FieldFate): JsonObject {
  return { ...fate };
}
