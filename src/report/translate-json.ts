import type { Finding } from "../findings/finding.ts";
import { registry } from "../findings/registry.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Conversion } from "../translation/convert/convert.ts";
import type { FieldFate, Translation } from "../translation/types.ts";
import { jsonDocument } from "./json.ts";

/** What `translate --json` prints. */
export function translateJson(translation: Translation, about: JsonObject): string {
  return jsonDocument("translate", {
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
export function convertJson(conversion: Conversion, about: JsonObject): string {
  return jsonDocument("convert", {
    ...about,
    objects: conversion.objects.map(({ object, fates }) => ({ object, fates: fates.map(fateJson) })),
    current: conversion.current,
    findings: conversion.findings.map(findingJson),
    manifests: conversion.manifests,
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
