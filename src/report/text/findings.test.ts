import { expect, test } from "vitest";
import { found } from "../../assessment/rule.ts";
import { findingsText, totalsText } from "./findings.ts";
import { wrapped } from "./prose.ts";

const view = { columns: 80, seeAll: "dovetail assess --all" };
const single = (name: string): ReturnType<typeof found> =>
  found("DV1009", `Deployment/shop/${name}`, { workload: `Deployment shop/${name}` });

test("seven of a kind become one sentence, five lines and a count", () => {
  const text = findingsText(["a", "b", "c", "d", "e", "f", "g"].map(single), view);
  expect(text.split("\n").filter((line) => line.includes("runs one replica"))).toHaveLength(5);
  expect(text).toContain("and 2 more: `dovetail assess --all`");
  expect(text).toContain("fix: run two replicas of each during the cut-over");
  expect(findingsText(["a", "b", "c", "d", "e", "f", "g"].map(single), { ...view, isAll: true })).not.toContain(
    "more:",
  );
});

test("a fix with a name inside a command is given for each", () => {
  const bare = (name: string): ReturnType<typeof found> =>
    found("DV1008", `Pod/x/${name}`, { workload: `pod x/${name}`, place: "runs on a", namespace: "x", name });
  const text = findingsText([bare("one"), bare("two")], view);
  expect(text).toContain("annotate pod -n x one");
  expect(text).toContain("annotate pod -n x two");
});

test("eighty columns suffice, and a command breaks only where no line holds it, so that it still works", () => {
  const text = findingsText([single("a".repeat(60))], view);
  for (const line of text.split("\n")) expect(line.length <= 80 || line.includes("aaaa")).toBe(true);
  expect(wrapped("  fix: ", "run `kubectl get pods -A` now", 30)).toContain("`kubectl get pods -A`");
  expect(wrapped("  fix: ", "run `kubectl get pods -A` now", 24)).toBe(
    "  fix: run `kubectl \\\n       get pods -A` now",
  );
});

test("totals have words for one and many", () => {
  expect(totalsText([single("a")])).toBe("1 warning");
  expect(totalsText([single("a"), single("b"), found("DV4011", "Cluster", {}, { severity: "error" })])).toBe(
    "1 error, 2 warnings",
  );
  expect(totalsText([])).toBe("nothing found");
});
