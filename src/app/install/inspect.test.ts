import { expect, test } from "vitest";
import { deniedAction } from "./inspect.ts";

const arn = "arn:aws:sts::1:assumed-role/KarpenterControllerRole-shop/x";

test.each([
  [
    `"error":"operation error EC2: CreateFleet, https response error StatusCode: 403, api error UnauthorizedOperation: You are not authorized"`,
    "ec2:CreateFleet",
  ],
  [
    `api error AccessDenied: User: ${arn} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x`,
    "iam:PassRole",
  ],
  [`operation error SQS: GetQueueUrl, api error AccessDenied: no identity-based policy allows`, "sqs:GetQueueUrl"],
  [`"error":"dial tcp: lookup ec2.eu-west-1.amazonaws.com: no such host"`, undefined],
])("names the action in %s", (line, action) => expect(deniedAction(line)?.action).toBe(action));
