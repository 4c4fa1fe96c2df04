import { type AwsAccount, type Operations, optionalText, text, texts } from "./account.ts";
import { awsError } from "./errors.ts";
import { shown } from "./state.ts";
import { str } from "../store/objects.ts";

/** Who calls. */
export function stsOperations(aws: AwsAccount): Operations {
  return {
    GetCallerIdentity: () => ({
      UserId: "AIDASANDBOXOPERATOR",
      Account: aws.accountId,
      Arn: `arn:aws:iam::${aws.accountId}:user/operator`,
    }),
  };
}

/** Parameters, among them those with the recommended EKS images. */
export function ssmOperations(aws: AwsAccount): Operations {
  return {
    GetParameter: (input) => {
      const name = text(input, "Name");
      const found = aws.table("ssm.parameters")[name];
      if (found === undefined) throw awsError("ParameterNotFound", `Parameter ${name} not found.`);
      return { Parameter: shown(found) };
    },
    GetParameters: (input) => {
      const names = texts(input["Names"]);
      const table = aws.table("ssm.parameters");
      const isThere = (name: string): boolean => table[name] !== undefined;
      return {
        Parameters: names.filter(isThere).map((name) => shown(table[name] ?? {})),
        InvalidParameters: names.filter((name) => !isThere(name)),
      };
    },
    GetParametersByPath: (input) => {
      const path = optionalText(input, "Path") ?? "/";
      return {
        Parameters: aws
          .rows("ssm.parameters")
          .filter((row) => str(row["Name"]).startsWith(path))
          .map(shown),
      };
    },
  };
}

/** Service quotas. */
export function quotaOperations(aws: AwsAccount): Operations {
  return {
    ListServiceQuotas: (input) => ({
      Quotas: aws
        .rows("quotas")
        .filter((row) => row["ServiceCode"] === input["ServiceCode"])
        .map(shown),
    }),
    GetServiceQuota: (input) => {
      const row = aws.table("quotas")[text(input, "QuotaCode")];
      if (row === undefined)
        throw awsError(
          "NoSuchResourceException",
          `The request failed because the specified service quota does not exist.`,
        );
      return { Quota: shown(row) };
    },
  };
}
