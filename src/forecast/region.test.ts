import { expect, test } from "vitest";
import { account, node, snapshot } from "../../test/support/builders.ts";
import { regionOfSnapshot } from "./region.ts";

const dump = (zone?: string) =>
  snapshot({ account: null, objects: { nodes: zone === undefined ? [] : [node({ zone })] } });

test("the region is the account's, the nodes', or the user's", () => {
  expect(regionOfSnapshot(snapshot({ account: account({ region: "eu-west-1" }) }))).toBe("eu-west-1");
  expect(regionOfSnapshot(dump("eu-west-2a"))).toBe("eu-west-2");
  expect(regionOfSnapshot(dump(), "eu-west-3")).toBe("eu-west-3");
  expect(() => regionOfSnapshot(dump())).toThrow("neither account nor nodes tell the AWS region");
});

test("a region that is not the cluster's is refused, not passed over", () => {
  expect(() => regionOfSnapshot(dump("eu-west-2a"), "us-east-1")).toThrow("its nodes run in eu-west-2");
});

test("an account that was read in another region is refused: it looks empty there", () => {
  const { objects } = dump("eu-west-2a");
  const other = snapshot({ account: account({ region: "us-east-1" }), objects });
  expect(() => regionOfSnapshot(other)).toThrow("the account was read in us-east-1: its nodes run in eu-west-2");
});

test("an account that does not know its region leaves it to the nodes", () => {
  const { objects } = dump("eu-west-2a");
  expect(regionOfSnapshot(snapshot({ account: account({ region: "unknown" }), objects }))).toBe("eu-west-2");
});
