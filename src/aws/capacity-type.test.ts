import { expect, test } from "vitest";
import type { JsonObject } from "../kube/objects.ts";
import { capacityTypeOfGroup } from "./capacity-type.ts";

const mix = (base: number | undefined, above: number | undefined, more: JsonObject = {}): JsonObject => ({
  MixedInstancesPolicy: {
    InstancesDistribution: {
      ...(base === undefined ? {} : { OnDemandBaseCapacity: base }),
      ...(above === undefined ? {} : { OnDemandPercentageAboveBaseCapacity: above }),
    },
  },
  ...more,
});
const template = (data: JsonObject): JsonObject => ({ LaunchTemplateData: data });

test.each([
  ["a managed group of spot", { nodegroup: { capacityType: "SPOT" } }, "spot"],
  ["a managed group that says nothing", { nodegroup: {} }, "on-demand"],
  ["a managed group of a capacity block", { nodegroup: { capacityType: "CAPACITY_BLOCK" } }, "reserved"],
  ["a mix of spot alone", { autoScalingGroup: mix(undefined, 0) }, "spot"],
  [
    "a mix that says nothing is on-demand, as EC2's default",
    { autoScalingGroup: mix(undefined, undefined) },
    "on-demand",
  ],
  ["a mix of both", { autoScalingGroup: mix(1, 50) }, "mixed"],
  ["a base and nothing but spot above it", { autoScalingGroup: mix(1, 0, { Instances: [{}, {}] }) }, "mixed"],
  ["a base that holds all there is", { autoScalingGroup: mix(2, 0, { Instances: [{}, {}] }) }, "on-demand"],
  ["a launch configuration with a bid", { launchConfiguration: { SpotPrice: "0.05" } }, "spot"],
  ["a launch configuration", { launchConfiguration: {} }, "on-demand"],
  [
    "a template of the spot market",
    { launchTemplateVersion: template({ InstanceMarketOptions: { MarketType: "spot" } }) },
    "spot",
  ],
  ["a template", { launchTemplateVersion: template({}) }, "on-demand"],
  ["nothing that was read", { autoScalingGroup: {} }, undefined],
])("%s", (_what, group, expected) => {
  expect(capacityTypeOfGroup(group)).toBe(expected);
});
