import type { ReportRow } from "../src/report/html/document.ts";

interface Props {
  readonly verdict: string;
  readonly isRecommended: boolean;
  readonly rows: readonly ReportRow[];
  readonly sources: readonly string[];
  readonly heads: readonly [string, string];
}

/** Two columns of figures and what changes between them. */
export function Comparison({ verdict, isRecommended, rows, sources, heads }: Props) {
  return (
    <>
      <p class={isRecommended ? "verdict" : "verdict against"}>{verdict}</p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{heads[0]}</th>
              <th scope="col">{heads[1]}</th>
              <th scope="col">change</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                <td class="number">{row.before}</td>
                <td class="number">{row.after}</td>
                <td class="number">{row.change}</td>
                <td class="note">{row.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sources.length > 0 && <p class="note">prices: {sources.join("; ")}</p>}
    </>
  );
}
