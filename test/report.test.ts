/** The report page in a real browser, which arrives as an npm package. */
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashOfWeb } from "../scripts/web-hash.ts";
import { renderHtml } from "../src/report/html/render.ts";
import { viewerSources } from "../src/report/html/viewer.generated.ts";
import { sampleReport } from "./support/report.ts";

const axe = readFileSync(resolve(import.meta.dirname, "../node_modules/axe-core/axe.min.js"), "utf8");

// One process per page, unlike the package's own flags, which are meant for short-lived functions.
const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

test("the built page is not older than its sources; `npm run web` builds it", () => {
  expect(viewerSources).toBe(hashOfWeb(resolve(import.meta.dirname, "..")));
});

test("a report cannot break out of its script element", () => {
  const html = renderHtml({ ...sampleReport(1), title: "</script><script>alert(1)</script>" });
  expect(html).not.toContain("</script><script>alert(1)");
});

describe("in a browser", () => {
  let browser: Browser;
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dovetail-page-"));
    browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: browserFlags,
      headless: true,
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    nodes: number,
    options: { readonly dark?: boolean; readonly still?: boolean } = {},
  ): Promise<{ page: Page; problems: string[] }> {
    const path = join(folder, `report-${nodes}.html`);
    writeFileSync(path, renderHtml(sampleReport(nodes)));
    const page = await browser.newPage({
      locale: "en-US",
      colorScheme: options.dark === true ? "dark" : "light",
      reducedMotion: options.still === true ? "reduce" : "no-preference",
    });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on(
      "request",
      (request) => request.url().startsWith("http") && problems.push(`asks the network for ${request.url()}`),
    );
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector("main section");
    return { page, problems };
  }

  test.each([
    ["light", false],
    ["dark", true],
  ])("shows every part without an error and passes axe, %s", async (_name, dark) => {
    const { page, problems } = await open(50, { dark });
    const titles = await page.locator("h2").allTextContents();
    expect(titles).toEqual([
      "Today beside Karpenter",
      "Nodes and pods",
      "The migration over time",
      "Stages and steps",
      "Forecast beside fact",
      "Findings",
      "NodePools and EC2NodeClasses",
      "Not read, not modelled, approximated",
    ]);
    expect(await page.locator("#packing .node").count()).toBe(90);
    await page.evaluate(axe);
    const violations = await page.evaluate(
      "axe.run().then((result) => result.violations.map((one) => one.id + ': ' + one.nodes[0].html))",
    );
    expect(violations).toEqual([]);
    expect(problems).toEqual([]);
    if (process.env["SCREENSHOTS"] !== undefined)
      await page.screenshot({ path: join(process.env["SCREENSHOTS"], `report-${_name}.png`), fullPage: true });
    await page.close();
  });

  test("the scrubber moves through the migration by keyboard", async () => {
    const { page } = await open(10);
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("Home");
    expect(await page.locator(".scrubber output").textContent()).toBe("0 s after the start");
    await page.keyboard.press("ArrowRight");
    expect(await page.locator(".scrubber output").textContent()).toBe("40 s after the start");
    await page.close();
  });

  test("ux-16: pending pods are the users'; Dovetail's placeholders, stages, waves and the rollback are told apart", async () => {
    const { page } = await open(10);
    const legends = await page.locator(".uplot .u-label").allTextContents();
    expect(legends).toContain("pending pods");
    expect(legends).toContain("room being brought up (placeholders)");
    expect(await page.locator(".parts li").allTextContents()).toEqual([
      "hand over to Karpenter, after 0 s",
      "the migration is taken back, after 10 min",
    ]);
    expect(await page.locator("#timeline").textContent()).toContain("All axes begin at 0");
    await page.close();
  });

  test("attack-10: a script that got into the page by whatever way does not run", async () => {
    const { page, problems } = await open(10);
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.wasObeyed = true' }))",
    );
    expect(await page.evaluate("'wasObeyed' in window")).toBe(false);
    expect(problems.join()).toContain("Content Security Policy");
    await page.close();
  });

  test("nothing plays by itself for people who asked for less motion", async () => {
    const { page } = await open(10, { still: true });
    expect(await page.locator(".scrubber button").count()).toBe(0);
    await page.close();
  });

  test("5,000 nodes open without an error", async () => {
    const { page, problems } = await open(5_000);
    expect(await page.locator("#packing .node").count()).toBe(9_000);
    expect(problems).toEqual([]);
    await page.close();
  });
});
