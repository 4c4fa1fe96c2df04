import { describe, expect, test } from "vitest";
import { ruleCases } from "../../../test/support/rule-cases/all.ts";
import { type AssessmentCode, areas, assessmentFindings, registry } from "../../findings/registry.ts";
import { judge } from "../../../test/support/rule-cases/judge.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { assess } from "../assess.ts";
import { factsOf } from "../facts.ts";
import { rules } from "./all.ts";

const codes = Object.keys(assessmentFindings) as AssessmentCode[];

describe("each finding", () => {
  test.each(codes)("%s is made where it holds, and not where it does not", (code) => {
    const one = ruleCases[code];
    expect(one, "a case in test/support/rule-cases").toBeDefined();
    if (one === undefined) return;
    const fires = judge(one.fires);
    expect(fires.findings.map((finding) => finding.code)).toContain(code);
    const quiet = judge(one.quiet);
    expect(quiet.findings.map((finding) => finding.code)).not.toContain(code);
    expect(quiet.checked).toContain(code);
  });

  test.each(codes)("%s says whole sentences", (code) => {
    for (const finding of judge(ruleCases[code]?.fires ?? ({} as never)).findings.filter((it) => it.code === code)) {
      for (const text of [finding.message, finding.fix]) {
        expect(text).not.toMatch(/undefined|NaN|\[object|\s\s|\.$/);
        expect(text.length).toBeGreaterThan(9);
      }
    }
  });
});

test("every code has a rule, and no code is in two areas", () => {
  expect([...new Set(rules.flatMap((rule) => rule.codes))].sort()).toEqual([...codes].sort());
  expect(areas.reduce((sum, area) => sum + Object.keys(area).length, 0)).toBe(Object.keys(registry).length);
});

test("there are at least sixty rules' worth of findings", () => {
  expect(codes.length).toBeGreaterThanOrEqual(60);
});

test("a rule whose data was not read is named as not checked and says nothing", () => {
  const blank: Snapshot = {
    schema: "dovetail.snapshot/1",
    readAt: "2026-08-01T12:00:00Z",
    source: { kind: "dumps", name: "empty" },
    objects: {},
    gaps: [],
  };
  const { checked, findings, notChecked } = assess(factsOf(blank, { autoscalers: [], nodeGroups: [] }));
  expect(findings).toEqual([]);
  expect(checked).toEqual([]);
  expect([...new Set(notChecked.flatMap((one) => one.codes))].sort()).toEqual([...codes].sort());
});
