import fc from "fast-check";
import { expect, test } from "vitest";
import { goSort } from "../../kube/go-sort.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import { ClaimOrder } from "./claim-order.ts";
import { inFlightNode } from "./in-flight-node.ts";
import { AmountTable, initialScale } from "../amounts.ts";
import { RequirementTable } from "../types/requirement-table.ts";
import { labelFamily } from "../../karpenter/labels.ts";
import { TypeUniverse } from "../types/type-universe.ts";
import { readyPool } from "../../../test/support/scheduling.ts";

const table = new AmountTable(initialScale);
const sets = new RequirementTable(labelFamily("fake"));
const template = {
  index: 0,
  pool: readyPool(),
  name: "general",
  labels: {},
  taints: [],
  requirements: sets.empty,
  universe: new TypeUniverse([], { table, sets, behaviour: defaultRelease.behaviour }),
  ports: undefined,
  minValuesRelaxed: undefined,
};

test("the order is the one Go's sort leaves when it sorts again after every pod", () => {
  // A step appends a node, or gives the node at some position a pod.
  const step = fc.oneof(fc.constant(-1), fc.nat(400));
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 400 }), (steps) => {
      const order = new ClaimOrder();
      const plain: { id: number; pods: number }[] = [];
      for (const [at, wish] of steps.entries()) {
        if (wish < 0 || plain.length < 55) {
          order.append(
            inFlightNode(template, { index: plain.length, id: at }, { table, behaviour: defaultRelease.behaviour }),
          );
          plain.push({ id: plain.length, pods: 1 });
        } else {
          const position = wish % plain.length;
          order.gained(position);
          const node = plain[position];
          if (node !== undefined) node.pods += 1;
        }
        order.sort();
        goSort(plain, (a, b) => a.pods < b.pods);
        expect([...order].map(({ place }) => place.planned)).toEqual(plain.map(({ id }) => id));
      }
    }),
    { numRuns: 40 },
  );
});
