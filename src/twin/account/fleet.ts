import { Fault } from "../../fault/fault.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, object, objects, type Operations } from "./account.ts";
import { bootDataOf } from "./boot-data.ts";
import { awsError } from "./errors.ts";
import { launchInstance } from "./instances.ts";
import { launchTemplate, templateData, templateFacts, type TemplateFacts } from "./launch-templates.ts";
import type { Row } from "./state.ts";

/** One line of the request, ready to be tried. */
interface Offer {
  readonly override: JsonObject;
  readonly specification: JsonObject;
  readonly template: TemplateFacts;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly priceUsdPerHour: number;
}

/** EC2 Fleet, as far as Karpenter asks it: `instant`, one machine of one capacity type. */
export function fleetOperations(aws: AwsAccount): Operations {
  return { CreateFleet: (input) => createFleet(aws, input) };
}

/**
 * `lowest-price` and, since every pool here is as deep as another, `price-capacity-optimized` too: the cheapest offer that EC2 has, by
 * type and zone where several cost the same. What was tried before it is told as an error each; a capacity pool is tried once.
 */
function createFleet(aws: AwsAccount, input: JsonObject): JsonObject {
  const capacityType = str(object(input["TargetCapacitySpecification"])["DefaultTargetCapacityType"]);
  const lifecycle = capacityType === "spot" ? "spot" : "on-demand";
  const FleetId = `fleet-${aws.random.uuid()}`;
  const errors: JsonObject[] = [];
  const tags = objects(objects(input["TagSpecifications"]).find((one) => one["ResourceType"] === "instance")?.["Tags"]);
  for (const offer of offersOf(aws, input, capacityType)) {
    const LaunchTemplateAndOverrides = {
      LaunchTemplateSpecification: offer.specification,
      Overrides: offer.override,
    };
    try {
      if (capacityType === "spot") mustHaveSpotRole(aws);
      const instance = start(aws, offer, { capacityType: lifecycle, tags });
      const launched = {
        LaunchTemplateAndOverrides,
        Lifecycle: lifecycle,
        InstanceIds: [str(instance["InstanceId"])],
        InstanceType: offer.instanceType,
      };
      return { FleetId, Errors: errors, Instances: [launched] };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      errors.push({
        LaunchTemplateAndOverrides,
        Lifecycle: lifecycle,
        ErrorCode: error.code.replace(/^aws\./, ""),
        ErrorMessage: error.message,
      });
    }
  }
  return { FleetId, Errors: errors, Instances: [] };
}

function offersOf(aws: AwsAccount, input: JsonObject, capacityType: string): readonly Offer[] {
  const offers = objects(input["LaunchTemplateConfigs"]).flatMap((config) => {
    const specification = object(config["LaunchTemplateSpecification"]);
    const found = launchTemplate(aws, specification);
    if (found === undefined)
      throw awsError("InvalidLaunchTemplateName.NotFoundException", "The specified launch template does not exist.");
    const template = templateFacts(aws, templateData(found, str(specification["Version"] ?? "$Default")));
    return objects(config["Overrides"]).map((override): Offer => {
      const subnetId = str(override["SubnetId"]);
      const instanceType = str(override["InstanceType"]);
      const zone = str(aws.table("ec2.subnets")[subnetId]?.["AvailabilityZone"] ?? override["AvailabilityZone"]);
      const priceUsdPerHour = aws.priceUsdPerHour({ instanceType, zone, capacityType }) ?? Number.POSITIVE_INFINITY;
      return { override, specification, template, instanceType, subnetId, zone, priceUsdPerHour };
    });
  });
  return offers.toSorted(
    (a, b) =>
      a.priceUsdPerHour - b.priceUsdPerHour ||
      (a.instanceType < b.instanceType ? -1 : a.instanceType > b.instanceType ? 1 : a.zone < b.zone ? -1 : 1),
  );
}

// Whoever asks for the first spot instance of an account needs the right to make the role, which Karpenter has not.
function mustHaveSpotRole(aws: AwsAccount): void {
  if (aws.table("iam.roles")["AWSServiceRoleForEC2Spot"] !== undefined) return;
  throw awsError(
    "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
    "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.",
  );
}

function start(
  aws: AwsAccount,
  offer: Offer,
  how: { readonly capacityType: string; readonly tags: readonly JsonObject[] },
): Row {
  const { template } = offer;
  const imageId = str(offer.override["ImageId"] ?? template.imageId);
  return launchInstance(aws, {
    instanceType: offer.instanceType,
    architecture: str(aws.table("ec2.images")[imageId]?.["Architecture"] ?? "x86_64"),
    subnetId: offer.subnetId,
    imageId,
    securityGroupIds: template.securityGroupIds,
    instanceProfileArn: template.instanceProfileArn,
    capacityType: how.capacityType,
    tags: [...template.tags, ...how.tags],
    diskGiB: template.diskGiB,
    boot: bootDataOf(template.userData),
  });
}
