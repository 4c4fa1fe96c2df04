import type { Conversion } from "../../translation/convert/convert.ts";
import type { FieldFate } from "../../translation/types.ts";
import { fatesText, type TranslateView } from "./translate.ts";
import { count } from "./table.ts";

/** The answer: how many objects become what. */
export function convertSummary(conversion: Conversion, view: TranslateView): string {
  const pools = conversion.manifests.filter(({ kind }) => kind === "NodePool").length;
  const classes = conversion.manifests.length - pools;
  const head =
    `${view.title}   ${count(conversion.objects.length, "object")} → ${count(pools, "NodePool")}, ` +
    `${count(classes, "EC2NodeClass", "EC2NodeClasses")}   v1`;
  const left = conversion.current === 1 ? "left as it is" : "left as they are";
  const current = conversion.current === 0 ? [] : [`${count(conversion.current, "object")} of v1 already, ${left}`];
  return [head, ...current].join("\n");
}

/** Per object what was kept, changed and lost on the way to v1. */
export function convertText(conversion: Conversion, view: TranslateView): string {
  return conversion.objects.map(({ object, fates }) => `${object}\n\n${fatesText(fates.map(bare), view)}`).join("\n\n");
}

// The kind stands above the fields already.
function bare(fate: FieldFate): FieldFate {
  return { ...fate, field: fate.field.replace(/^[A-Za-z0-9]+\./, "") };
}
