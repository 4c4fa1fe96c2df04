import { expect, test } from "vitest";
import {
  busy,
  claimNames,
  conditionOf,
  minute,
  opened,
  readyPods,
  scale,
  setPool,
  taintedNodes,
  until,
} from "../../../../test/support/half-empty.ts";
import { str } from "../../store/objects.ts";
import { nodeClaims } from "./objects.ts";

test("nodes stay while nothing changes, and are replaced one by one when their pool's template does", {
  timeout: 60_000,
}, async () => {
  const open = await opened({ disruption: { ...busy, consolidateAfter: "Never", budgets: [{ nodes: "1" }] } });
  await scale(open, "left", 4);
  open.sandbox.advance(20 * minute);
  const [before] = claimNames(open);
  expect(nodeClaims(open.sandbox).map((one) => conditionOf(one, "Drifted"))).toEqual([undefined]);
  const labels = { team: "shop" };
  const disruption = { ...busy, consolidateAfter: "Never", budgets: [{ nodes: "1" }] };
  await setPool(open, { disruption, labels });
  until(open, () => taintedNodes(open).length === 1);
  expect(nodeClaims(open.sandbox).map((one) => conditionOf(one, "Drifted"))).toContain("NodePoolDrifted");
  open.sandbox.advance(5 * minute);
  expect(claimNames(open)).toHaveLength(1);
  expect(claimNames(open)).not.toContain(before);
  expect(nodeClaims(open.sandbox)[0]?.metadata.labels).toMatchObject(labels);
  expect(readyPods(open)).toBe(4);
});

test("a new image makes nodes drift, and the condition goes when the old one is asked for again", {
  timeout: 60_000,
}, async () => {
  const open = await opened({ disruption: { ...busy, budgets: [{ nodes: "0" }] } });
  await scale(open, "left", 4);
  open.sandbox.advance(3 * minute);
  const aws = open.sandbox.account;
  const drifted = (): unknown => nodeClaims(open.sandbox).map((claim) => conditionOf(claim, "Drifted"));
  const image = str(nodeClaims(open.sandbox)[0]?.status?.["imageID"]);
  const parameters = aws.rows("ssm.parameters").filter((row) => row["Value"] === image);
  expect(drifted()).toEqual([undefined]);
  aws.table("ec2.images")["ami-newer"] = { ...aws.table("ec2.images")[image], ImageId: "ami-newer" };
  for (const parameter of parameters) parameter["Value"] = "ami-newer";
  open.sandbox.advance(70_000);
  expect(drifted()).toEqual(["AMIDrift"]);
  for (const parameter of parameters) parameter["Value"] = image;
  open.sandbox.advance(70_000);
  expect(drifted()).toEqual([undefined]);
});
