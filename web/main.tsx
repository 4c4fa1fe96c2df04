import { render } from "preact";
import type { ReportDocument } from "../src/report/html/document.ts";
import { App } from "./app.tsx";
import "uplot/dist/uPlot.min.css";
import "./style.css";

const holder = document.getElementById("app");
const data = document.getElementById("report")?.textContent ?? "";
if (holder !== null) {
  const report = JSON.parse(data) as ReportDocument | string;
  holder.replaceChildren();
  if (typeof report === "string") holder.textContent = "This page is the empty viewer: it holds no report.";
  else {
    document.title = report.title;
    render(<App report={report} />, holder);
  }
}
