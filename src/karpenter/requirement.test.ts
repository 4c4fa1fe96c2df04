import fc from "fast-check";
import { expect, test } from "vitest";
import { awsLabels } from "./labels.ts";
import {
  hasIntersection,
  hasValue,
  intersection,
  operatorOf,
  type Requirement,
  requirementFromSpec,
  specsOf,
} from "./requirement.ts";
import { compatible, fromSpecs } from "./requirements.ts";

const universe = ["a", "b", "1", "3", "5", "9"];
const spec = fc.oneof(
  fc.record({
    key: fc.constant("k"),
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.subarray(universe, { minLength: 1 }),
  }),
  fc.record({ key: fc.constant("k"), operator: fc.constantFrom("Exists", "DoesNotExist") }),
  fc.record({
    key: fc.constant("k"),
    operator: fc.constantFrom("Gt", "Lt", "Gte", "Lte"),
    values: fc.constantFrom("0", "2", "4", "6").map((value) => [value]),
  }),
);
const requirement = spec.map((one) => requirementFromSpec(one, awsLabels));
const admitted = (one: Requirement): string[] => universe.filter((value) => hasValue(one, value));

test("an intersection admits exactly what both sides admit", () => {
  fc.assert(
    fc.property(requirement, requirement, (a, b) => {
      expect(admitted(intersection(a, b))).toEqual(
        universe.filter((value) => hasValue(a, value) && hasValue(b, value)),
      );
    }),
  );
});

test("an intersection is the same from either side and however three are grouped", () => {
  fc.assert(
    fc.property(requirement, requirement, requirement, (a, b, c) => {
      expect(admitted(intersection(a, b))).toEqual(admitted(intersection(b, a)));
      expect(admitted(intersection(intersection(a, b), c))).toEqual(admitted(intersection(a, intersection(b, c))));
    }),
  );
});

test("two lists intersect exactly when a value is left", () => {
  fc.assert(
    fc.property(requirement, requirement, (a, b) => {
      if (a.complement && b.complement) return;
      expect(hasIntersection(a, b)).toBe(intersection(a, b).values.size > 0);
    }),
  );
});

test("greater than the greatest integer admits nothing and forgets its minValues", () => {
  const nothing = requirementFromSpec(
    { key: "k", operator: "Gt", values: ["9223372036854775807"], minValues: 3 },
    awsLabels,
  );
  expect(operatorOf(nothing)).toBe("DoesNotExist");
  expect(nothing.minValues).toBeUndefined();
});

test("an excluded value is lost where a bound is written", () => {
  const both = intersection(
    requirementFromSpec({ key: "k", operator: "NotIn", values: ["5"] }, awsLabels),
    requirementFromSpec({ key: "k", operator: "Gt", values: ["3"] }, awsLabels),
  );
  expect(hasValue(both, "5")).toBe(false);
  expect(specsOf(both)).toEqual([{ key: "k", operator: "Gte", values: ["4"] }]);
});

test("a label that the node side lacks is refused unless it is well known or demanded negatively", () => {
  const node = fromSpecs([{ key: "team", operator: "In", values: ["blue"] }], awsLabels);
  const demand = (key: string, operator: string) => fromSpecs([{ key, operator, values: ["x"] }], awsLabels);
  expect(compatible(node, demand("stage", "In"))).toBe(false);
  expect(compatible(node, demand("stage", "NotIn"))).toBe(true);
  expect(compatible(node, demand("topology.kubernetes.io/zone", "In"))).toBe(false);
  expect(compatible(node, demand("topology.kubernetes.io/zone", "In"), awsLabels.wellKnown)).toBe(true);
});

test("the zone label of the EBS driver is the zone label", () => {
  const ebs = requirementFromSpec(
    { key: "topology.ebs.csi.aws.com/zone", operator: "In", values: ["us-east-1a"] },
    awsLabels,
  );
  expect(ebs.key).toBe("topology.kubernetes.io/zone");
});
