import { driftOf } from "../src/karpenter/aws/drift.ts";
import { listInstanceTypes } from "../src/karpenter/aws/instance-types.ts";
import { specOf, nodeClassStatus } from "../src/karpenter/aws/node-class.ts";
import type { Labels } from "../src/kube/objects.ts";
import type { Case, Verdict } from "./area.ts";
import { verdict } from "./aws-compare.ts";
import { providerWorld, type RecordedWorld } from "./aws-world.ts";

interface Line {
  readonly world: RecordedWorld;
  readonly node: {
    readonly type: string;
    readonly image: string;
    readonly securityGroups: readonly string[] | null;
    readonly subnet: string;
    readonly reservation?: string;
    readonly annotations?: Labels;
    readonly labels?: Labels;
    readonly gone?: boolean;
    readonly noNodePool?: boolean;
  };
  readonly expect: { readonly reason: string; readonly error?: string };
}

/** The provider's drift reason for one node. */
export function checkDrift(item: Case): Verdict {
  const { world, node, expect } = item.line as unknown as Line;
  // A claim without its NodePool is never judged.
  if (node.noNodePool === true) return verdict({ reason: "" }, expect);
  const ours = providerWorld(world, {}, item.release);
  const spec = specOf(world.nodeClass);
  const isReserved = node.reservation !== undefined && world.settings?.noReservedCapacity !== true;
  const drift = driftOf(
    {
      instanceType: node.type,
      imageId: node.image,
      machine:
        node.gone === true
          ? undefined
          : {
              securityGroupIds: node.securityGroups ?? [],
              subnetId: node.subnet,
              ...(isReserved ? { reservationId: node.reservation } : {}),
            },
      annotations: node.annotations ?? {},
      labels: { "node.kubernetes.io/instance-type": node.type, ...node.labels },
    },
    {
      behaviour: ours.behaviour,
      annotations: world.nodeClass.metadata.annotations ?? {},
      status: nodeClassStatus(world.nodeClass),
      placementGroupId: spec.placementGroupSelector === undefined ? undefined : ours.placementGroup?.id,
      instanceTypes: listInstanceTypes(ours),
    },
  );
  return verdict("error" in drift ? { reason: "", error: drift.error } : drift, expect);
}
