import type { ReportManifest } from "../src/report/html/document.ts";

/** Each manifest as YAML, with what became of every field of the node group behind it. */
export function Manifests({ manifests }: { readonly manifests: readonly ReportManifest[] }) {
  return (
    <>
      {manifests.map((manifest) => (
        <details key={manifest.name}>
          <summary>{manifest.name}</summary>
          <pre tabIndex={0}>
            <code>{manifest.yaml}</code>
          </pre>
          {manifest.fates.length > 0 && (
            <div class="scroll">
              <table>
                <caption>what became of each field</caption>
                <tbody>
                  {manifest.fates.map((fate, i) => (
                    <tr key={`${fate.field} ${i}`}>
                      <td class={`fate ${fate.fate}`}>{fate.fate}</td>
                      <th scope="row">{fate.field}</th>
                      <td>{fate.text}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </details>
      ))}
    </>
  );
}
