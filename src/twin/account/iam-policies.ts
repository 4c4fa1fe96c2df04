import type { JsonObject } from "../../kube/objects.ts";
import {
  type AwsAccount,
  mergeTags,
  object,
  objects,
  type Operations,
  optionalText,
  removeTags,
  text,
  texts,
} from "./account.ts";
import { awsError, entityExists, noSuchEntity } from "./errors.ts";
import { encoded, roleRow } from "./role-row.ts";
import { type Row, shown } from "./state.ts";
import { str } from "../store/objects.ts";

const maxManagedPolicy = 6144;
const maxVersions = 5;

/** Managed policies with their versions, inline policies of roles, attachments, and the simulator. */
export function iamPolicyOperations(aws: AwsAccount): Operations {
  return {
    ...managedOperations(aws),
    ...policyFactOperations(aws),
    ...versionOperations(aws),
    ...inlineOperations(aws),
    ...attachmentOperations(aws),
  };
}

// AWS's own policies exist in every account; the sandbox knows them by their ARN only, with an empty document.
function findPolicy(aws: AwsAccount, arn: string): Row {
  const policy = aws.table("iam.policies")[arn];
  if (policy !== undefined) return policy;
  if (!arn.startsWith("arn:aws:iam::aws:policy/")) throw noSuchEntity(`Policy ${arn} was not found.`);
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const document = encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement: [] }));
  const versions = [
    { VersionId: "v1", IsDefaultVersion: true, CreateDate: "2020-01-01T00:00:00.000Z", Document: document },
  ];
  return {
    PolicyName: name,
    PolicyId: `ANPA${name}`,
    Arn: arn,
    Path: "/",
    DefaultVersionId: "v1",
    AttachmentCount: 0,
    IsAttachable: true,
    _versions: versions,
  };
}

function showPolicy(aws: AwsAccount, policy: Row): JsonObject {
  const count = aws.rows("iam.roles").filter((role) => texts(role["_attached"]).includes(str(policy["Arn"]))).length;
  return { ...shown(policy), AttachmentCount: count };
}

function managedOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => findPolicy(aws, text(input, "PolicyArn"));
  return {
    GetPolicy: (input) => ({ Policy: showPolicy(aws, find(input)) }),
    ListPolicies: () => ({
      Policies: aws.rows("iam.policies").map((policy) => showPolicy(aws, policy)),
      IsTruncated: false,
    }),
    CreatePolicy: (input) => {
      const name = text(input, "PolicyName");
      const path = optionalText(input, "Path") ?? "/";
      const arn = aws.arn("iam", `policy${path}${name}`);
      const table = aws.table("iam.policies");
      if (table[arn] !== undefined)
        throw entityExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
      const document = text(input, "PolicyDocument");
      mustFit(document);
      const version = { VersionId: "v1", IsDefaultVersion: true, CreateDate: aws.now(), Document: encoded(document) };
      const head = { PolicyName: name, PolicyId: `ANPA${aws.random.hex(16).toUpperCase()}`, Arn: arn, Path: path };
      const policy: Row = {
        ...head,
        DefaultVersionId: "v1",
        IsAttachable: true,
        CreateDate: aws.now(),
        UpdateDate: aws.now(),
        Description: input["Description"],
        Tags: input["Tags"],
        _versions: [version],
      };
      table[arn] = policy;
      return { Policy: showPolicy(aws, policy) };
    },
    DeletePolicy: (input) => {
      const policy = find(input);
      if (showPolicy(aws, policy)["AttachmentCount"] !== 0)
        throw awsError("DeleteConflict", "Cannot delete a policy attached to entities.");
      if (objects(policy["_versions"]).length > 1)
        throw awsError(
          "DeleteConflict",
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            "The default version is deleted with the policy.",
        );
      delete aws.table("iam.policies")[text(input, "PolicyArn")];
      return {};
    },
  };
}

function policyFactOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => findPolicy(aws, text(input, "PolicyArn"));
  return {
    TagPolicy: (input) => {
      const policy = find(input);
      policy["Tags"] = mergeTags(policy["Tags"], input["Tags"]);
      return {};
    },
    UntagPolicy: (input) => {
      const policy = find(input);
      policy["Tags"] = removeTags(policy["Tags"], texts(input["TagKeys"]));
      return {};
    },
    ListPolicyTags: (input) => ({ Tags: find(input)["Tags"] ?? [], IsTruncated: false }),
    ListEntitiesForPolicy: (input) => {
      const arn = text(input, "PolicyArn");
      const roles = aws.rows("iam.roles").filter((role) => texts(role["_attached"]).includes(arn));
      return {
        PolicyRoles: roles.map((role) => ({ RoleName: role["RoleName"], RoleId: role["RoleId"] })),
        PolicyGroups: [],
        PolicyUsers: [],
        IsTruncated: false,
      };
    },
    // Everybody may do everything in the sandbox.
    SimulatePrincipalPolicy: (input) => ({
      EvaluationResults: texts(input["ActionNames"]).map((action) => ({
        EvalActionName: action,
        EvalResourceName: texts(input["ResourceArns"])[0] ?? "*",
        EvalDecision: "allowed",
        MatchedStatements: [],
        MissingContextValues: [],
      })),
      IsTruncated: false,
    }),
  };
}

function versionOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => findPolicy(aws, text(input, "PolicyArn"));
  const version = (input: JsonObject): JsonObject => {
    const id = text(input, "VersionId");
    const found = objects(find(input)["_versions"]).find((one) => one["VersionId"] === id);
    if (found === undefined)
      throw noSuchEntity(`Policy ${text(input, "PolicyArn")} version ${id} does not exist or is not attachable.`);
    return found;
  };
  const setDefault = (policy: Row, id: string): void => {
    policy["_versions"] = objects(policy["_versions"]).map((one) => ({
      ...one,
      IsDefaultVersion: one["VersionId"] === id,
    }));
    policy["DefaultVersionId"] = id;
    policy["UpdateDate"] = aws.now();
  };
  return {
    GetPolicyVersion: (input) => ({ PolicyVersion: version(input) }),
    ListPolicyVersions: (input) => ({
      Versions: objects(find(input)["_versions"]).map(withoutDocument),
      IsTruncated: false,
    }),
    CreatePolicyVersion: (input) => {
      const policy = find(input);
      const versions = objects(policy["_versions"]);
      if (versions.length >= maxVersions)
        throw awsError(
          "LimitExceeded",
          "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
        );
      const document = text(input, "PolicyDocument");
      mustFit(document);
      const last = Math.max(
        ...versions.map((one) => Number(str(one["VersionId"]).slice(1))),
        Number(policy["_lastVersion"] ?? 0),
      );
      const id = `v${last + 1}`;
      const made = { VersionId: id, IsDefaultVersion: false, CreateDate: aws.now(), Document: encoded(document) };
      policy["_versions"] = [...versions, made];
      policy["_lastVersion"] = last + 1;
      if (input["SetAsDefault"] === true) setDefault(policy, id);
      return { PolicyVersion: { ...made, IsDefaultVersion: input["SetAsDefault"] === true } };
    },
    SetDefaultPolicyVersion: (input) => {
      version(input);
      setDefault(find(input), text(input, "VersionId"));
      return {};
    },
    DeletePolicyVersion: (input) => {
      const policy = find(input);
      if (version(input)["IsDefaultVersion"] === true)
        throw awsError("DeleteConflict", "Cannot delete the default version of a policy.");
      policy["_versions"] = objects(policy["_versions"]).filter((one) => one["VersionId"] !== input["VersionId"]);
      return {};
    },
  };
}

function withoutDocument(version: JsonObject): JsonObject {
  const { Document: _, ...rest } = version;
  return rest;
}

function inlineOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => roleRow(aws, text(input, "RoleName"));
  return {
    ListRolePolicies: (input) => ({ PolicyNames: Object.keys(object(find(input)["_inline"])), IsTruncated: false }),
    GetRolePolicy: (input) => {
      const [role, name] = [find(input), text(input, "PolicyName")];
      const document = object(role["_inline"])[name];
      if (document === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
      return { RoleName: role["RoleName"], PolicyName: name, PolicyDocument: document };
    },
    PutRolePolicy: (input) => {
      const role = find(input);
      role["_inline"] = {
        ...object(role["_inline"]),
        [text(input, "PolicyName")]: encoded(text(input, "PolicyDocument")),
      };
      return {};
    },
    DeleteRolePolicy: (input) => {
      const [role, name] = [find(input), text(input, "PolicyName")];
      const { [name]: gone, ...rest } = object(role["_inline"]);
      if (gone === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
      role["_inline"] = rest;
      return {};
    },
  };
}

function attachmentOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => roleRow(aws, text(input, "RoleName"));
  return {
    ListAttachedRolePolicies: (input) => ({
      AttachedPolicies: texts(find(input)["_attached"]).map((arn) => ({
        PolicyName: arn.slice(arn.lastIndexOf("/") + 1),
        PolicyArn: arn,
      })),
      IsTruncated: false,
    }),
    AttachRolePolicy: (input) => {
      const [role, arn] = [find(input), text(input, "PolicyArn")];
      findPolicy(aws, arn);
      const attached = texts(role["_attached"]);
      if (!attached.includes(arn)) role["_attached"] = [...attached, arn];
      return {};
    },
    DetachRolePolicy: (input) => {
      const [role, arn] = [find(input), text(input, "PolicyArn")];
      const attached = texts(role["_attached"]);
      if (!attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      role["_attached"] = attached.filter((one) => one !== arn);
      return {};
    },
  };
}

function mustFit(document: string): void {
  if (document.replaceAll(/\s/g, "").length > maxManagedPolicy) {
    throw awsError("LimitExceeded", `Cannot exceed quota for PolicySize: ${maxManagedPolicy}`);
  }
}
