import type { Json, JsonObject } from "../../kube/objects.ts";
import {
  type AwsAccount,
  mergeTags,
  objects,
  object,
  type Operations,
  optionalText,
  removeTags,
  text,
  texts,
} from "./account.ts";
import { awsError, entityExists, noSuchEntity } from "./errors.ts";
import { encoded, roleRow } from "./role-row.ts";
import { iamPolicyOperations } from "./iam-policies.ts";
import { type Row, shown } from "./state.ts";

/** Roles, instance profiles, OIDC providers and service-linked roles. */
export function iamOperations(aws: AwsAccount): Operations {
  return { ...roleOperations(aws), ...profileOperations(aws), ...providerOperations(aws), ...iamPolicyOperations(aws) };
}

function roleOperations(aws: AwsAccount): Operations {
  return {
    GetAccountSummary: () => ({
      SummaryMap: {
        Roles: aws.rows("iam.roles").length,
        RolesQuota: 1000,
        Policies: aws.rows("iam.policies").length,
        PoliciesQuota: 1500,
        InstanceProfiles: aws.rows("iam.instanceProfiles").length,
        InstanceProfilesQuota: 1000,
      },
    }),
    GetRole: (input) => ({ Role: shown(roleRow(aws, text(input, "RoleName"))) }),
    ListRoles: () => ({ Roles: aws.rows("iam.roles").map(withoutTags), IsTruncated: false }),
    CreateRole: (input) => ({ Role: shown(makeRole(aws, input)) }),
    DeleteRole: (input) => deleteRole(aws, text(input, "RoleName")),
    UpdateRole: (input) => {
      const role = roleRow(aws, text(input, "RoleName"));
      if (input["Description"] !== undefined) role["Description"] = input["Description"];
      if (input["MaxSessionDuration"] !== undefined) role["MaxSessionDuration"] = input["MaxSessionDuration"];
      return {};
    },
    UpdateAssumeRolePolicy: (input) => {
      roleRow(aws, text(input, "RoleName"))["AssumeRolePolicyDocument"] = encoded(text(input, "PolicyDocument"));
      return {};
    },
    TagRole: (input) => tag(roleRow(aws, text(input, "RoleName")), input),
    UntagRole: (input) => untag(roleRow(aws, text(input, "RoleName")), input),
    ListRoleTags: (input) => ({ Tags: roleRow(aws, text(input, "RoleName"))["Tags"] ?? [], IsTruncated: false }),
    CreateServiceLinkedRole: (input) => {
      const service = text(input, "AWSServiceName");
      const name = linkedRoleNames[service] ?? `AWSServiceRoleFor${service.split(".")[0] ?? ""}`;
      if (aws.table("iam.roles")[name] !== undefined) {
        throw awsError(
          "InvalidInput",
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      }
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      };
      const path = `/aws-service-role/${service}/`;
      return {
        Role: shown(makeRole(aws, { RoleName: name, Path: path, AssumeRolePolicyDocument: JSON.stringify(trust) })),
      };
    },
    DeleteServiceLinkedRole: (input) => {
      const name = text(input, "RoleName");
      roleRow(aws, name);
      delete aws.table("iam.roles")[name];
      return { DeletionTaskId: `task/aws-service-role/${name}/${aws.random.uuid()}` };
    },
    GetServiceLinkedRoleDeletionStatus: () => ({ Status: "SUCCEEDED" }),
  };
}

const linkedRoleNames: Readonly<Record<string, string>> = {
  "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
  "spotfleet.amazonaws.com": "AWSServiceRoleForEC2SpotFleet",
  "eks.amazonaws.com": "AWSServiceRoleForAmazonEKS",
  "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
};

function makeRole(aws: AwsAccount, input: JsonObject): Row {
  const name = text(input, "RoleName");
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    throw awsError(
      "ValidationError",
      `1 validation error detected: Value '${name}' at 'roleName' failed to satisfy constraint: ` +
        "Member must have length less than or equal to 64",
    );
  }
  const table = aws.table("iam.roles");
  if (table[name] !== undefined) throw entityExists(`Role with name ${name} already exists.`);
  const path = optionalText(input, "Path") ?? "/";
  const role: Row = {
    Path: path,
    RoleName: name,
    RoleId: `AROA${aws.random.hex(16).toUpperCase()}`,
    Arn: aws.arn("iam", `role${path}${name}`),
    CreateDate: aws.now(),
    AssumeRolePolicyDocument: encoded(text(input, "AssumeRolePolicyDocument")),
    Description: input["Description"],
    MaxSessionDuration: input["MaxSessionDuration"] ?? 3600,
    PermissionsBoundary: boundary(input["PermissionsBoundary"]),
    Tags: input["Tags"],
    _attached: [],
    _inline: {},
  };
  table[name] = role;
  return role;
}

function boundary(arn: Json | undefined): Json | undefined {
  return arn === undefined ? undefined : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn };
}

function deleteRole(aws: AwsAccount, name: string): JsonObject {
  const role = roleRow(aws, name);
  if (texts(role["_attached"]).length > 0)
    throw awsError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
  if (Object.keys(object(role["_inline"])).length > 0)
    throw awsError("DeleteConflict", "Cannot delete entity, must delete policies first.");
  if (aws.rows("iam.instanceProfiles").some((profile) => profileRoles(profile).includes(name))) {
    throw awsError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
  }
  delete aws.table("iam.roles")[name];
  return {};
}

function profileOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    const name = text(input, "InstanceProfileName");
    const profile = aws.table("iam.instanceProfiles")[name];
    if (profile === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
    return profile;
  };
  const show = (profile: Row): JsonObject => ({
    ...shown(profile),
    Roles: profileRoles(profile).map((name) => shown(roleRow(aws, name))),
  });
  return {
    GetInstanceProfile: (input) => ({ InstanceProfile: show(find(input)) }),
    ListInstanceProfiles: () => ({ InstanceProfiles: aws.rows("iam.instanceProfiles").map(show), IsTruncated: false }),
    ListInstanceProfilesForRole: (input) => {
      const name = text(input, "RoleName");
      roleRow(aws, name);
      const found = aws.rows("iam.instanceProfiles").filter((profile) => profileRoles(profile).includes(name));
      return { InstanceProfiles: found.map(show), IsTruncated: false };
    },
    CreateInstanceProfile: (input) => {
      const name = text(input, "InstanceProfileName");
      const table = aws.table("iam.instanceProfiles");
      if (table[name] !== undefined) throw entityExists(`Instance Profile ${name} already exists.`);
      const path = optionalText(input, "Path") ?? "/";
      const id = `AIPA${aws.random.hex(16).toUpperCase()}`;
      const arn = aws.arn("iam", `instance-profile${path}${name}`);
      const profile: Row = {
        Path: path,
        InstanceProfileName: name,
        InstanceProfileId: id,
        Arn: arn,
        CreateDate: aws.now(),
        Tags: input["Tags"],
        _roles: [],
      };
      table[name] = profile;
      return { InstanceProfile: show(profile) };
    },
    AddRoleToInstanceProfile: (input) => {
      const profile = find(input);
      roleRow(aws, text(input, "RoleName"));
      if (profileRoles(profile).length > 0)
        throw awsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
      profile["_roles"] = [text(input, "RoleName")];
      return {};
    },
    RemoveRoleFromInstanceProfile: (input) => {
      const profile = find(input);
      const role = text(input, "RoleName");
      if (!profileRoles(profile).includes(role))
        throw noSuchEntity(`Role ${role} in instance profile cannot be found.`);
      profile["_roles"] = [];
      return {};
    },
    DeleteInstanceProfile: (input) => {
      if (profileRoles(find(input)).length > 0)
        throw awsError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
      delete aws.table("iam.instanceProfiles")[text(input, "InstanceProfileName")];
      return {};
    },
    TagInstanceProfile: (input) => tag(find(input), input),
    UntagInstanceProfile: (input) => untag(find(input), input),
    ListInstanceProfileTags: (input) => ({ Tags: find(input)["Tags"] ?? [], IsTruncated: false }),
  };
}

/** Names of the roles in an instance profile: none or one. */
function profileRoles(profile: Row): readonly string[] {
  return texts(profile["_roles"]);
}

function providerOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    const arn = text(input, "OpenIDConnectProviderArn");
    const provider = aws.table("iam.oidcProviders")[arn];
    if (provider === undefined) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
    return provider;
  };
  return {
    ListOpenIDConnectProviders: () => ({
      OpenIDConnectProviderList: Object.keys(aws.table("iam.oidcProviders")).map((Arn) => ({ Arn })),
    }),
    GetOpenIDConnectProvider: (input) => shown(find(input)),
    CreateOpenIDConnectProvider: (input) => {
      const url = text(input, "Url").replace(/^https:\/\//, "");
      const arn = aws.arn("iam", `oidc-provider/${url}`);
      const table = aws.table("iam.oidcProviders");
      if (table[arn] !== undefined) throw entityExists(`Provider with url https://${url} already exists.`);
      table[arn] = {
        Url: url,
        ClientIDList: input["ClientIDList"] ?? [],
        ThumbprintList: input["ThumbprintList"] ?? [],
        CreateDate: aws.now(),
        Tags: input["Tags"] ?? [],
      };
      return { OpenIDConnectProviderArn: arn };
    },
    DeleteOpenIDConnectProvider: (input) => {
      find(input);
      delete aws.table("iam.oidcProviders")[text(input, "OpenIDConnectProviderArn")];
      return {};
    },
    TagOpenIDConnectProvider: (input) => tag(find(input), input),
    UntagOpenIDConnectProvider: (input) => untag(find(input), input),
  };
}

function withoutTags(role: Row): JsonObject {
  const { Tags: _, ...rest } = shown(role);
  return rest;
}

function tag(row: Row, input: JsonObject): JsonObject {
  row["Tags"] = mergeTags(row["Tags"], objects(input["Tags"]));
  return {};
}

function untag(row: Row, input: JsonObject): JsonObject {
  row["Tags"] = removeTags(row["Tags"], texts(input["TagKeys"]));
  return {};
}
