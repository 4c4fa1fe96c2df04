import { Fault } from "../../../ports/fault.ts";

/** An AWS error under AWS's own code. */
export function awsError(code: string, message: string): Fault {
  return new Fault(`aws.${code}`, message, code === "ThrottlingException" ? { retry: "later" } : {});
}

export const noSuchEntity = (message: string): Fault => awsError("NoSuchEntity", message);
export const entityExists = (message: string): Fault => awsError("EntityAlreadyExists", message);
export const notFound = (message: string): Fault => awsError("ResourceNotFoundException", message);
export const inUse = (message: string): Fault => awsError("ResourceInUseException", message);
export const validation = (message: string): Fault => awsError("ValidationError", message);
export const invalidParameter = (message: string): Fault => awsError("InvalidParameterException", message);
