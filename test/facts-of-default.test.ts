/** Every table of facts by release has the one that is installed unless told: docs/guide/maintain.md names how each is made. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { tabledReleases } from "../src/adapters/disk/catalogue.ts";
import { releasesWithCrds } from "../src/manifests/crds.ts";
import { compared, minors } from "../src/karpenter/behaviours.ts";
import { defaultRelease, newestFor, releaseOf } from "../src/karpenter/releases.ts";

const root = resolve(import.meta.dirname, "..");
const minor = defaultRelease.decidedAs;
const { version } = defaultRelease;

test("the default is the newest patch of the newest minor, decided as itself and compared with the real program", () => {
  expect(version.startsWith(`${minor}.`)).toBe(true);
  expect(minors.at(-1)).toBe(minor);
  expect(releaseOf(minor)?.version).toBe(version);
  expect(compared).toContain(minor);
});

test("its CRDs are at hand", () => {
  expect(releasesWithCrds, `npm run crds -- v${version}`).toContain(minor);
});

test("the tables of its provider are at hand", () => {
  expect(tabledReleases(), `npm run tables -- v${version}`).toContain(`v${version}`);
});

test("its policies are its own", () => {
  const facts = JSON.parse(
    readFileSync(join(root, "catalogue/facts/controller-policy-facts.json"), "utf8"),
  ) as Readonly<Record<string, unknown>>;
  expect(JSON.stringify(facts)).toContain(`"v${minor}`);
  expect(defaultRelease).toMatchObject({ policyFacts: `v${minor}` });
  expect(defaultRelease.caveat).toBeUndefined();
});

test("its decisions and its provider's are recorded", () => {
  const vectors = readdirSync(join(root, "test/vectors"));
  expect(vectors).toContain(`karpenter-${minor}`);
  expect(vectors).toContain(`aws-${minor}`);
});

test("it is the newest for the newest Kubernetes that it supports", () => {
  expect(newestFor(defaultRelease.kubernetes.max)?.version).toBe(version);
});
