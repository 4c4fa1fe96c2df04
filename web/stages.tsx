import type { ReportStage } from "../src/report/html/document.ts";

const marks: Readonly<Record<string, string>> = {
  done: "✓",
  kept: "=",
  undone: "↶",
  failed: "✖",
  left: "!",
  pending: "·",
};

/** The plan as it went: each stage, each step, with the calls it made. */
export function Stages({ stages }: { readonly stages: readonly ReportStage[] }) {
  return (
    <ol class="stages">
      {stages.map((stage) => (
        <li key={stage.title}>
          <details>
            <summary>
              {stage.title} <span class="note">{stage.state}</span>
            </summary>
            <ul class="steps">
              {stage.steps.map((step, i) => (
                <li key={`${step.title} ${i}`}>
                  <span class="mark">{marks[step.state] ?? "·"}</span> <span class="note">{step.state}</span>{" "}
                  {step.title}
                  {step.seconds !== undefined && <span class="note"> {duration(step.seconds)}</span>}
                  <div class="note">{step.why}</div>
                  {step.calls.length > 0 && (
                    <details>
                      <summary>{step.calls.length === 1 ? "1 call" : `${step.calls.length} calls`}</summary>
                      <pre tabIndex={0}>{step.calls.join("\n")}</pre>
                    </details>
                  )}
                </li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ol>
  );
}

/** `45 s`, `6 min 10 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}
