import { useState } from "preact/hooks";
import type { ReportFindings } from "../src/report/html/document.ts";

const severities = ["error", "warning", "info"] as const;
const marks = { error: "✖ error", warning: "▲ warning", info: "· info" } as const;

/** Findings by code, most severe first, each with its fix. */
export function Findings({ groups }: { readonly groups: readonly ReportFindings[] }) {
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set(severities));
  const count = (severity: string) =>
    groups.filter((group) => group.severity === severity).reduce((sum, group) => sum + group.items.length, 0);
  const toggle = (severity: string) => {
    const next = new Set(shown);
    if (!next.delete(severity)) next.add(severity);
    setShown(next);
  };
  if (groups.length === 0) return <p>nothing found</p>;
  return (
    <>
      <fieldset class="filters">
        <legend>show</legend>
        {severities.map((severity) => (
          <label key={severity}>
            <input type="checkbox" checked={shown.has(severity)} onChange={() => toggle(severity)} /> {severity} (
            {count(severity)})
          </label>
        ))}
      </fieldset>
      {severities
        .filter((severity) => shown.has(severity))
        .flatMap((severity) => groups.filter((group) => group.severity === severity))
        .map((group) => (
          <details key={group.code} class={`finding ${group.severity}`} open={group.severity === "error"}>
            <summary>
              <span class="mark">{marks[group.severity]}</span> {group.title} <span class="note">{group.code}</span>{" "}
              {group.items.length > 1 && <span class="note">× {group.items.length}</span>}
            </summary>
            <p>{group.why}</p>
            <dl>
              {group.items.map((item, i) => (
                <div key={`${item.subject} ${i}`}>
                  <dt>{item.message}</dt>
                  <dd>fix: {item.fix}</dd>
                </div>
              ))}
            </dl>
          </details>
        ))}
    </>
  );
}
