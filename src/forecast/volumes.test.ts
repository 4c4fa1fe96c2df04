import { expect, test } from "vitest";
import { account, node, snapshot } from "../../test/support/builders.ts";
import type { JsonObject } from "../kube/objects.ts";
import { volumesToday } from "./volumes.ts";

const machine = (id: string) => {
  const made = node({ name: id });
  return { ...made, spec: { ...made.spec, providerID: `aws:///us-east-1a/${id}` } };
};
const disk = (on: string, tag?: string): JsonObject => ({
  Size: 73,
  VolumeType: "gp2",
  Attachments: [{ InstanceId: on }],
  Tags: tag === undefined ? [] : [{ Key: tag, Value: "pvc-1" }],
});
const costOf = (...volumes: readonly JsonObject[]) =>
  volumesToday(snapshot({ account: { ...account(), volumes } }), [machine("i-a"), machine("i-b")]).expected;

test("disks of all nodes are summed", () => {
  expect(costOf(disk("i-a"), disk("i-a"), disk("i-b"), disk("i-other"))).toBeCloseTo(0.03);
});

test("are unknown where one node's were not seen, however many another has", () => {
  expect(costOf(disk("i-a"), disk("i-a"))).toBeUndefined();
});

test.each(["kubernetes.io/created-for/pvc/name", "CSIVolumeName"])("those tagged %s belong to claims", (tag) => {
  expect(costOf(disk("i-a"), disk("i-b"), disk("i-b", tag))).toBeCloseTo(0.02);
  expect(costOf(disk("i-a"), disk("i-b", tag))).toBeUndefined();
});
