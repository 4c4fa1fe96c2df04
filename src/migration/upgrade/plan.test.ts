import { describe, expect, test } from "vitest";
import { hopsBetween, isBefore, stationOf, upgradableMinors, type Station } from "../../karpenter/upgrade-path.ts";
import { defaultRelease, supportsKubernetes } from "../../karpenter/releases.ts";
import { upgradeNotes } from "./notes.ts";
import { planUpgrade } from "./plan.ts";
import type { UpgradeFacts } from "./facts.ts";
import type { UpgradePlan } from "./types.ts";

function station(version: string): Station {
  const found = stationOf(version);
  if (found === undefined) throw new Error(version);
  return found;
}

function way(from: string, to: string, kubernetes?: string): readonly string[] {
  return hopsBetween(station(from), station(to), kubernetes).flatMap((hop) => [
    ...hop.kubernetesBefore.map((minor) => `k8s ${minor}`),
    hop.to.version,
  ]);
}

function plan(from: string, to: string, more: Partial<UpgradeFacts> = {}): UpgradePlan {
  return planUpgrade({
    clusterName: "shop",
    region: undefined,
    accountId: undefined,
    kubernetesVersion: undefined,
    objects: {},
    installation: undefined,
    from: station(from),
    to: station(to),
    v1: [],
    v1beta1: [],
    conversionFindings: [],
    sourceWords: "",
    setupWords: "",
    readAt: "2026-08-24T06:40:00Z",
    ...more,
  });
}

describe("the way from one release to another", () => {
  test("leads the guide's 0.16.3 on Kubernetes 1.22 over every release that upstream asks for", () => {
    expect(way("0.16.3", "1.15", "1.22")).toEqual([
      "0.27.8",
      "k8s 1.23",
      "0.31.5",
      "0.32.10",
      "0.37.8",
      "k8s 1.24",
      "k8s 1.25",
      "1.0.14",
      "k8s 1.26",
      "1.15.2",
    ]);
  });

  test.each([
    ["0.16.3", "1.15", "1.24", ["0.31.5", "0.32.10", "0.37.8", "k8s 1.25", "1.0.14", "k8s 1.26", "1.15.2"]],
    ["0.33.1", "1.15", "1.28", ["0.33.12", "1.0.14", "1.15.2"]],
    ["0.37.8", "1.15", "1.30", ["1.0.14", "1.15.2"]],
    ["0.32.10", "0.37.8", "1.27", ["0.37.8"]],
    ["1.0.8", "1.1", "1.30", ["1.0.14", "1.1.10"]],
    ["1.9.3", "1.15", "1.34", ["1.15.2"]],
    ["1.14.1", "1.14.3", "1.34", ["1.14.3"]],
    ["1.15.2", "1.15.2", "1.34", []],
  ])("from %s to %s on Kubernetes %s", (from, to, kubernetes, expected) => {
    expect(way(from, to, kubernetes)).toEqual(expected);
  });

  test("runs each release on a Kubernetes that it and the one before support, whatever the pair", () => {
    for (const from of upgradableMinors)
      for (const to of upgradableMinors) {
        const [a, b] = [station(from), station(to)];
        if (!isBefore(a, b)) continue;
        for (const hop of hopsBetween(a, b, a.kubernetes.min)) {
          expect(hop.isBeyondKubernetes).toBe(false);
          const { release } = hop.to;
          if (release !== undefined) expect(supportsKubernetes(release, hop.kubernetes ?? "")).toBe(true);
          expect(hop.from.apis.some((api) => hop.to.apis.includes(api))).toBe(true);
        }
      }
  });
});

test("the notes speak of the default release, oldest first, each of a release that is known", () => {
  const releases = upgradeNotes.map(({ release }) => upgradableMinors.indexOf(release));
  expect(releases).toEqual(releases.toSorted((a, b) => a - b));
  expect(releases).not.toContain(-1);
  expect(upgradeNotes.at(-1)?.release).toBe(defaultRelease.decidedAs);
});

describe("the plan of an upgrade", () => {
  test("serves webhooks before the CRDs that name them, and CRDs before the controller elsewhere", () => {
    const order = plan("0.32.10", "1.15").moves.map(({ to, steps }) => [
      to,
      steps.map(({ kind }) => kind).filter((kind) => kind === "crds" || kind === "controller")[0],
    ]);
    expect(order).toEqual([
      ["0.37.8", "controller"],
      ["1.0.14", "crds"],
      ["1.15.2", "crds"],
    ]);
  });

  test("gives rights before the controller that needs them, and takes old ones last", () => {
    for (const { steps } of plan("0.16.3", "1.15").moves) {
      const kinds = steps.map(({ kind }) => kind);
      if (kinds.includes("permissions")) expect(kinds.indexOf("permissions")).toBeLessThan(kinds.indexOf("controller"));
      expect(kinds.indexOf("remove")).toBe(kinds.includes("remove") ? kinds.lastIndexOf("remove") : -1);
    }
  });

  test("of a release that runs already has nothing to do", () => {
    expect(plan("1.15.2", "1.15.2")).toMatchObject({ answer: "done", moves: [] });
  });

  test("on a Kubernetes that the releases between never ran on says so, and what to do instead", () => {
    const found = plan("0.37.8", "1.15", { kubernetesVersion: "1.33" });
    expect(found.answer).toBe("blocked");
    expect(found.blocked?.fix).toContain("dovetail install");
  });

  test("does not know what drifts of NodeClaims that were not read", () => {
    expect(plan("1.9.3", "1.15").moves[0]?.drift).toMatchObject({ rewritten: undefined, replaced: undefined });
  });

  test("rolls over the Provisioners' nodes at 0.32 and none before", () => {
    const labels = { "karpenter.sh/provisioner-name": "default" };
    const nodes = [{ apiVersion: "v1", kind: "Node" as const, metadata: { name: "a", labels }, status: {} }];
    const replaced = plan("0.16.3", "0.32", { objects: { nodes } }).moves.map(({ drift }) => drift.replaced);
    expect(replaced).toEqual([[], ["a"]]);
  });
});
