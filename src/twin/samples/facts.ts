/** What the parts of a sample's account share. */
import type { JsonObject } from "../../kube/objects.ts";
import type { AwsTable, Row } from "../account/state.ts";
import type { Random } from "../time/random.ts";
import type { GroupSpec, ImageKind, SampleSpec } from "./spec.ts";

/** Where the sample clusters are. */
export const region = "us-east-1";
/** The account of the sample clusters. */
export const accountId = "111122223333";
/** When the samples were made. */
export const created = "2025-11-04T09:12:44.000Z";

/** What later parts of the account refer to. */
export interface Facts {
  readonly sample: SampleSpec;
  readonly random: Random;
  readonly vpc: string;
  /** Private subnets by zone letter. */
  readonly subnets: Readonly<Record<string, string>>;
  readonly clusterSecurityGroup: string;
  readonly nodeSecurityGroup: string;
  /** Ids of the images that EKS recommends; those for accelerators only where a group has them. */
  readonly images: Readonly<Partial<Record<ImageKind, string>>>;
  readonly nodeRole: string;
  readonly put: (table: AwsTable, key: string, row: Row) => void;
}

/** A role that a service may take on, with managed policies of AWS. */
export function addRole(facts: Facts, name: string, service: string, policies: readonly string[], path = "/"): void {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  facts.put("iam.roles", name, {
    Path: path,
    RoleName: name,
    RoleId: `AROA${facts.random.hex(16).toUpperCase()}`,
    Arn: `arn:aws:iam::${accountId}:role${path}${name}`,
    CreateDate: created,
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
    MaxSessionDuration: 3600,
    _attached: policies.map((policy) => `arn:aws:iam::aws:policy/${policy}`),
    _inline: {},
  });
}

/** `major.minor` of the control plane. */
export function minorOf(sample: SampleSpec): string {
  return sample.kubernetesVersion.split(".").slice(0, 2).join(".");
}

/** AWS's list form of tags. */
export function tags(map: Readonly<Record<string, string>>): readonly JsonObject[] {
  return Object.entries(map).map(([Key, Value]) => ({ Key, Value }));
}

/** The image that a group's nodes start from. */
export function sampleImage(facts: Facts, group: GroupSpec): string {
  return facts.images[group.image ?? "x86_64"] ?? "";
}

/** The private subnets of a group's zones. */
export function subnetIds(facts: Facts, group: GroupSpec): readonly string[] {
  return group.zones.map((zone) => facts.subnets[zone] ?? "").filter((id) => id !== "");
}
