import type { JsonObject } from "../../kube/objects.ts";
import { type AwsAccount, objects, type Operations, optionalText, text, texts } from "./account.ts";
import { clusterRow } from "./cluster-row.ts";
import { awsError, inUse, invalidParameter, notFound } from "./errors.ts";
import { type Row, shown } from "./state.ts";
import { str } from "../store/objects.ts";

const entryTypes = ["STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX"];

/** Who may enter the cluster, and which pods may use which roles. */
export function eksAccessOperations(aws: AwsAccount): Operations {
  return { ...entryOperations(aws), ...identityOperations(aws) };
}

function entryOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    mustHaveApiMode(aws, input);
    const arn = text(input, "principalArn");
    const entry = aws.table("eks.accessEntries")[arn];
    if (entry === undefined) throw notFound(`The specified principalArn could not be found: ${arn}`);
    return entry;
  };
  return {
    ListAccessEntries: (input) => {
      mustHaveApiMode(aws, input);
      return { accessEntries: Object.keys(aws.table("eks.accessEntries")) };
    },
    DescribeAccessEntry: (input) => ({ accessEntry: shown(find(input)) }),
    CreateAccessEntry: (input) => {
      createEntry(aws, input);
      return { accessEntry: shown(find(input)) };
    },
    UpdateAccessEntry: (input) => {
      const entry = find(input);
      if (input["kubernetesGroups"] !== undefined) entry["kubernetesGroups"] = input["kubernetesGroups"];
      if (input["username"] !== undefined) entry["username"] = input["username"];
      entry["modifiedAt"] = aws.now();
      return { accessEntry: shown(entry) };
    },
    DeleteAccessEntry: (input) => {
      find(input);
      delete aws.table("eks.accessEntries")[text(input, "principalArn")];
      return {};
    },
    ListAssociatedAccessPolicies: (input) => ({
      clusterName: input["clusterName"],
      principalArn: input["principalArn"],
      associatedAccessPolicies: find(input)["_policies"] ?? [],
    }),
    AssociateAccessPolicy: (input) => {
      const entry = find(input);
      const made = {
        policyArn: text(input, "policyArn"),
        accessScope: input["accessScope"],
        associatedAt: aws.now(),
        modifiedAt: aws.now(),
      };
      entry["_policies"] = [...objects(entry["_policies"]).filter((one) => one["policyArn"] !== made.policyArn), made];
      return { associatedAccessPolicy: made };
    },
    DisassociateAccessPolicy: (input) => {
      const entry = find(input);
      entry["_policies"] = objects(entry["_policies"]).filter((one) => one["policyArn"] !== input["policyArn"]);
      return {};
    },
  };
}

function createEntry(aws: AwsAccount, input: JsonObject): void {
  const cluster = mustHaveApiMode(aws, input);
  const arn = text(input, "principalArn");
  const table = aws.table("eks.accessEntries");
  if (table[arn] !== undefined) throw inUse("The specified access entry resource is already in use on this cluster.");
  const type = optionalText(input, "type") ?? "STANDARD";
  if (!entryTypes.includes(type)) throw invalidParameter(`The type is not valid: ${type}`);
  if (arn.includes(":role/") && aws.table("iam.roles")[arn.slice(arn.lastIndexOf("/") + 1)] === undefined) {
    throw invalidParameter("The specified principalArn is invalid: invalid principal.");
  }
  const isNode = type.startsWith("EC2_");
  if (isNode && texts(input["kubernetesGroups"]).length > 0)
    throw invalidParameter("Kubernetes groups cannot be set for this type of access entry.");
  const name = str(cluster["name"]);
  table[arn] = {
    clusterName: name,
    principalArn: arn,
    kubernetesGroups: isNode ? ["system:nodes"] : (input["kubernetesGroups"] ?? []),
    accessEntryArn: aws.arn(
      "eks",
      `access-entry/${name}/role/${aws.accountId}/${arn.slice(arn.lastIndexOf("/") + 1)}/${aws.random.uuid()}`,
    ),
    createdAt: aws.now(),
    modifiedAt: aws.now(),
    tags: input["tags"] ?? {},
    username: isNode ? "system:node:{{EC2PrivateDNSName}}" : (input["username"] ?? arn),
    type,
    _policies: [],
  };
}

function mustHaveApiMode(aws: AwsAccount, input: JsonObject): Row {
  const cluster = clusterRow(aws, text(input, "clusterName"));
  const config = cluster["accessConfig"];
  if (
    typeof config === "object" &&
    config !== null &&
    "authenticationMode" in config &&
    config["authenticationMode"] === "CONFIG_MAP"
  ) {
    throw awsError(
      "InvalidRequestException",
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
  }
  return cluster;
}

function identityOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    clusterRow(aws, text(input, "clusterName"));
    const row = aws.table("eks.podIdentities")[text(input, "associationId")];
    if (row === undefined) throw notFound(`No association found with associationId: ${text(input, "associationId")}`);
    return row;
  };
  return {
    ListPodIdentityAssociations: (input) => {
      clusterRow(aws, text(input, "clusterName"));
      const wanted = ["namespace", "serviceAccount"].filter((key) => input[key] !== undefined);
      const rows = aws.rows("eks.podIdentities").filter((row) => wanted.every((key) => row[key] === input[key]));
      const keys = ["clusterName", "namespace", "serviceAccount", "associationArn", "associationId"];
      return { associations: rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]]))) };
    },
    DescribePodIdentityAssociation: (input) => ({ association: shown(find(input)) }),
    CreatePodIdentityAssociation: (input) => {
      const name = str(clusterRow(aws, text(input, "clusterName"))["name"]);
      const [namespace, serviceAccount, roleArn] = [
        text(input, "namespace"),
        text(input, "serviceAccount"),
        text(input, "roleArn"),
      ];
      const isThere = aws
        .rows("eks.podIdentities")
        .some((row) => row["namespace"] === namespace && row["serviceAccount"] === serviceAccount);
      if (isThere) throw inUse(`Association already exists: ${name}/${namespace}/${serviceAccount}`);
      const associationId = `a-${aws.random.hex(17)}`;
      const associationArn = aws.arn("eks", `podidentityassociation/${name}/${associationId}`);
      const row: Row = {
        clusterName: name,
        namespace,
        serviceAccount,
        roleArn,
        associationArn,
        associationId,
        tags: input["tags"] ?? {},
        createdAt: aws.now(),
        modifiedAt: aws.now(),
      };
      aws.table("eks.podIdentities")[associationId] = row;
      return { association: shown(row) };
    },
    UpdatePodIdentityAssociation: (input) => {
      const row = find(input);
      row["roleArn"] = text(input, "roleArn");
      row["modifiedAt"] = aws.now();
      return { association: shown(row) };
    },
    DeletePodIdentityAssociation: (input) => {
      const row = find(input);
      delete aws.table("eks.podIdentities")[text(input, "associationId")];
      return { association: shown(row) };
    },
  };
}
