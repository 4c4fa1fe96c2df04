import type { AwsAccount } from "./account.ts";
import { autoscalingOperations } from "./autoscaling.ts";
import { ec2Operations } from "./ec2.ts";
import { eksOperations } from "./eks.ts";
import { fleetOperations } from "./fleet.ts";
import { iamOperations } from "./iam.ts";
import { launchTemplateOperations } from "./launch-templates.ts";
import { eventsOperations, sqsOperations } from "./messaging.ts";
import { quotaOperations, ssmOperations, stsOperations } from "./misc.ts";

/** Gives an account every operation that it knows. */
export function addOperations(aws: AwsAccount): void {
  aws.add("iam", iamOperations(aws));
  aws.add("eks", eksOperations(aws));
  aws.add("ec2", { ...ec2Operations(aws), ...launchTemplateOperations(aws), ...fleetOperations(aws) });
  aws.add("autoscaling", autoscalingOperations(aws));
  aws.add("sqs", sqsOperations(aws));
  aws.add("events", eventsOperations(aws));
  aws.add("sts", stsOperations(aws));
  aws.add("ssm", ssmOperations(aws));
  aws.add("servicequotas", quotaOperations(aws));
}
