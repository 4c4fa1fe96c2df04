import { parseYaml } from "../../../yaml/read.ts";
import { parse as parseToml } from "smol-toml";
import type { NodeClaim } from "../../../karpenter/api.ts";
import type { FleetAnswer, FleetOverride, FleetRequest } from "../../../karpenter/aws/fleet-request.ts";
import { type LaunchTemplate, launchTemplateData } from "../../../karpenter/aws/launch-template.ts";
import type { TextCodecs } from "../../../karpenter/aws/user-data/options.ts";
import { userDataOf } from "../../../karpenter/aws/user-data/user-data.ts";
import { Fault } from "../../../fault/fault.ts";
import type { JsonObject, Labels } from "../../../kube/objects.ts";
import { launchTemplate } from "../../account/launch-templates.ts";
import { object, objects, texts } from "../../account/account.ts";
import { str } from "../../store/objects.ts";
import type { KarpenterHere } from "./here.ts";

const codecs: TextCodecs = {
  parseYaml,
  parseToml: (text): unknown => parseToml(text),
};

/** How long a launch template lives after its last launch. */
const templateLifeMs = 5 * 60_000;

/** What the provider asks: the request, and the templates that it names. */
export interface FleetQuestion {
  readonly request: FleetRequest;
  readonly templates: ReadonlyMap<string, LaunchTemplate>;
}

/**
 * Makes the launch templates that are not there yet and asks EC2 for one machine. A call that fails as a whole is a refusal of every
 * override with its code.
 */
export function askFleet(here: KarpenterHere, claim: NodeClaim, { request, templates }: FleetQuestion): FleetAnswer {
  try {
    for (const { name } of request.templates) {
      const template = templates.get(name);
      if (template !== undefined) ensureTemplate(here, claim, { name, template });
    }
    return answerOf(request, here.call("ec2:CreateFleet", requestInput(request)));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message } = error;
    const code = error.code.replace(/^aws\./, "");
    return {
      errors: request.templates.flatMap(({ overrides }) => overrides.map((override) => ({ override, code, message }))),
    };
  }
}

function ensureTemplate(
  here: KarpenterHere,
  claim: NodeClaim,
  { name, template }: { readonly name: string; readonly template: LaunchTemplate },
): void {
  const { templates } = here.memory.provider;
  const untilMs = here.nowMs + templateLifeMs;
  const there = templates[name]?.id ?? launchTemplate(here.account, { LaunchTemplateName: name })?.["LaunchTemplateId"];
  if (there !== undefined) {
    templates[name] = { id: str(there), untilMs };
    return;
  }
  const userData = userDataOf(
    {
      behaviour: template.behaviour,
      spec: template.spec,
      images: template.status.amis ?? [],
      cluster: template.cluster,
      labels: claim.metadata.labels ?? {},
      taints: claim.spec.taints ?? [],
      startupTaints: claim.spec.startupTaints ?? [],
      capacityType: template.capacityType,
      maxPods: template.bootstrap.kubelet.maxPods ?? 0,
    },
    codecs,
  );
  if (!userData.ok) throw new Fault("aws.InvalidUserData", userData.reason);
  const Tags = tagList(template.tags);
  const made = here.call("ec2:CreateLaunchTemplate", {
    LaunchTemplateName: name,
    LaunchTemplateData: { ...launchTemplateData(template), UserData: base64(userData.text) },
    TagSpecifications: [{ ResourceType: "launch-template", Tags }],
  });
  templates[name] = { id: str(object(made["LaunchTemplate"])["LaunchTemplateId"]), untilMs };
}

/** Removes the templates that no launch has used for a while (`pkg/providers/launchtemplate`, its cache). */
export function expireTemplates(here: KarpenterHere): void {
  const { templates } = here.memory.provider;
  for (const [name, { id, untilMs }] of Object.entries(templates)) {
    if (here.nowMs < untilMs) continue;
    delete templates[name];
    if (launchTemplate(here.account, { LaunchTemplateId: id }) !== undefined)
      here.call("ec2:DeleteLaunchTemplate", { LaunchTemplateId: id });
  }
}

function requestInput(request: FleetRequest): JsonObject {
  const tagged = (ResourceType: string): JsonObject => ({ ResourceType, Tags: tagList(request.tags) });
  const { spot, onDemand, reserved } = request.options;
  return {
    Type: "instant",
    ...(request.context === undefined ? {} : { Context: request.context }),
    LaunchTemplateConfigs: request.templates.map(({ name, overrides }) => ({
      LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "$Latest" },
      Overrides: overrides.map(({ type, subnet, zone, image }) => ({
        InstanceType: type,
        SubnetId: subnet,
        ImageId: image,
        AvailabilityZone: zone,
      })),
    })),
    TargetCapacitySpecification: {
      DefaultTargetCapacityType: request.targetCapacityType,
      TotalTargetCapacity: 1,
    },
    ...(spot === undefined ? {} : { SpotOptions: spot }),
    ...(onDemand === undefined ? {} : { OnDemandOptions: onDemand }),
    ...(reserved === undefined ? {} : { ReservedCapacityOptions: reserved }),
    TagSpecifications: [tagged("instance"), tagged("volume"), tagged("fleet")],
  };
}

function answerOf(request: FleetRequest, answer: JsonObject): FleetAnswer {
  const overrides = new Map<string, FleetOverride>();
  for (const template of request.templates)
    for (const override of template.overrides)
      overrides.set(`${template.name} ${override.type} ${override.subnet}`, override);
  const of = (row: JsonObject): FleetOverride | undefined => {
    const both = object(row["LaunchTemplateAndOverrides"]);
    const [template, override] = [object(both["LaunchTemplateSpecification"]), object(both["Overrides"])];
    const name = str(template["LaunchTemplateName"]);
    return overrides.get(`${name} ${str(override["InstanceType"])} ${str(override["SubnetId"])}`);
  };
  const [first] = objects(answer["Instances"]);
  const override = first === undefined ? undefined : of(first);
  const [instanceId] = texts(first?.["InstanceIds"]);
  return {
    errors: objects(answer["Errors"]).flatMap((row) => {
      const refused = of(row);
      const [code, message] = [str(row["ErrorCode"]), str(row["ErrorMessage"])];
      return refused === undefined ? [] : [{ override: refused, code, message }];
    }),
    ...(override === undefined || instanceId === undefined ? {} : { launched: { override, instanceId } }),
  };
}

function tagList(tags: Labels): readonly JsonObject[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
