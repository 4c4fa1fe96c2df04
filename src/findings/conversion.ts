import type { Json } from "../kube/objects.ts";
import { defineFindings } from "./finding.ts";
import { shortValue as short } from "./short-value.ts";

interface AboutField {
  readonly nodeGroup: string;
  readonly field: string;
  readonly value: Json;
  readonly why: string;
  readonly fix: string;
}

/** What `convert` has to say about manifests of older Karpenter versions. */
export const conversionFindings = defineFindings({
  DV2040: {
    severity: "warning",
    title: "a field of a Karpenter manifest has no place in v1",
    why: "The converted object does without it.",
    say: (d: AboutField & { readonly risk: string }) =>
      `${d.nodeGroup}: ${d.field} = ${short(d.value)} is lost: ${d.why}; ${d.risk}`,
    fix: (d: AboutField) => d.fix,
  },
  DV2041: {
    severity: "info",
    title: "a field of a Karpenter manifest means something else in v1",
    why: "The converted object behaves differently in some cases.",
    say: (d: AboutField & { readonly to: string; readonly becomes: Json }) =>
      `${d.nodeGroup}: ${d.field} = ${short(d.value)} becomes ${d.to}${d.becomes === null ? "" : ` = ${short(d.becomes)}`}: ${d.why}`,
    fix: (d: AboutField) => d.fix,
  },
  DV2042: {
    severity: "error",
    title: "a Karpenter manifest cannot be converted",
    why: "v1 has nothing that does the same.",
    say: (d: { readonly object: string; readonly reason: string; readonly fix: string }) => `${d.object}: ${d.reason}`,
    fix: (d: { readonly object: string; readonly reason: string; readonly fix: string }) => d.fix,
  },
  DV2043: {
    severity: "warning",
    title: "a default of an older Karpenter version has to be written out",
    why: "The older version filled it in; v1 would not, or would fill in something else.",
    say: (d: { readonly object: string; readonly field: string; readonly value: Json }) =>
      `${d.object}: ${d.field} = ${short(d.value)} was the default`,
    fix: () => "remove it from the converted manifest if you want v1's own default",
  },
  DV2044: {
    severity: "warning",
    title: "two Karpenter manifests would become one",
    why: "v1 has one kind where older versions had several: objects that stood side by side would have the same name.",
    say: (d: { readonly object: string; readonly reason: string; readonly fix: string }) => `${d.object} ${d.reason}`,
    fix: (d: { readonly object: string; readonly reason: string; readonly fix: string }) => d.fix,
  },
});
