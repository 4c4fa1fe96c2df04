import type { ReportDocument } from "./document.ts";
import { viewer } from "./viewer.generated.ts";

const placeholder = '"__DOVETAIL_REPORT__"';

/** One self-contained HTML file that shows the report; it loads nothing from a network. */
export function renderHtml(report: ReportDocument): string {
  const at = viewer.indexOf(placeholder);
  if (at < 0) throw new Error("the built report page has no place for the report; rebuild it with `npm run web`");
  return viewer.slice(0, at) + embedded(report) + viewer.slice(at + placeholder.length);
}

/** JSON that cannot end the script element it stands in. */
function embedded(report: ReportDocument): string {
  return JSON.stringify(report)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}
