import { Fault } from "../../fault/fault.ts";

/** An AWS error under AWS's own code. */
export function awsError(code: string, message: string): Fault {
  return new Fault(`aws.${code}`, message, code === "ThrottlingException" ? { retry: "later" } : {});
}

/** IAM does not know the name. */
export const noSuchEntity = (message: string): Fault => awsError("NoSuchEntity", message);
/** IAM has the name already. */
export const entityExists = (message: string): Fault => awsError("EntityAlreadyExists", message);
/** EKS or EventBridge does not know the name. */
export const notFound = (message: string): Fault => awsError("ResourceNotFoundException", message);
/** EKS has it already, or is busy with it. */
export const inUse = (message: string): Fault => awsError("ResourceInUseException", message);
/** Auto Scaling or STS refuses the input. */
export const validation = (message: string): Fault => awsError("ValidationError", message);
/** EKS refuses the input. */
export const invalidParameter = (message: string): Fault => awsError("InvalidParameterException", message);
