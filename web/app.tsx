import type { ReportDocument } from "../src/report/html/document.ts";
import { Findings } from "./findings.tsx";
import { Manifests } from "./manifests.tsx";
import { Packing } from "./packing.tsx";
import { Stages } from "./stages.tsx";
import { Comparison } from "./summary.tsx";
import { Timeline } from "./timeline.tsx";

/** The whole page: one section for each part that the report holds. */
export function App({ report }: { readonly report: ReportDocument }) {
  const sections = sectionsOf(report);
  const { cluster } = report;
  const facts = [
    cluster.kubernetesVersion && `eks ${cluster.kubernetesVersion}`,
    cluster.region,
    `read ${minute(cluster.readAt)}`,
    cluster.source,
  ];
  return (
    <>
      <a class="skip" href="#main">
        skip to content
      </a>
      <header>
        <h1>{cluster.name}</h1>
        <p>{facts.filter(Boolean).join("   ")}</p>
        <nav aria-label="sections">
          {sections.map((section) => (
            <a key={section.id} href={`#${section.id}`}>
              {section.title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main">
        {sections.map((section) => (
          <section key={section.id} id={section.id} aria-labelledby={`${section.id}-title`}>
            <h2 id={`${section.id}-title`}>{section.title}</h2>
            {section.body}
          </section>
        ))}
      </main>
      <footer>
        {report.next && (
          <p>
            next: <code>{report.next}</code>
          </p>
        )}
        <p>made {minute(report.madeAt)} by dovetail; this file loads nothing from a network</p>
      </footer>
    </>
  );
}

function sectionsOf(report: ReportDocument) {
  const list = [];
  const { summary, packing, timeline, verification } = report;
  if (summary)
    list.push({
      id: "summary",
      title: "Today beside Karpenter",
      body: <Comparison {...summary} heads={["today (CA)", "Karpenter"]} />,
    });
  if (packing) list.push({ id: "packing", title: "Nodes and pods", body: <Packing {...packing} /> });
  if (timeline && timeline.frames.length > 0)
    list.push({ id: "timeline", title: "The migration over time", body: <Timeline timeline={timeline} /> });
  if (report.stages.length > 0)
    list.push({ id: "stages", title: "Stages and steps", body: <Stages stages={report.stages} /> });
  if (verification)
    list.push({
      id: "verification",
      title: "Forecast beside fact",
      body: <Comparison {...verification} isRecommended sources={[]} heads={["forecast", "fact"]} />,
    });
  list.push({ id: "findings", title: "Findings", body: <Findings groups={report.findings} /> });
  if (report.manifests.length > 0)
    list.push({
      id: "manifests",
      title: "NodePools and EC2NodeClasses",
      body: <Manifests manifests={report.manifests} />,
    });
  if (report.caveats.length > 0) {
    const body = (
      <ul>
        {report.caveats.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    );
    list.push({ id: "caveats", title: "Not read, not modelled, approximated", body });
  }
  return list;
}

function minute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
