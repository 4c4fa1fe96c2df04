import type { AwsService } from "../../aws/operations.ts";
import type { CredentialSource } from "./credentials.ts";
import type { BoundedHandler, CallOptions } from "./handler.ts";

/** A client of one AWS service and the commands it knows, as the SDK's module exports them. */
export interface ServiceClient {
  send(command: unknown, options?: CallOptions): Promise<unknown>;
  /** A command object by the operation's name; undefined when the service has no such operation. */
  command(operation: string, input: unknown): object | undefined;
  readonly config: { region(): Promise<string> };
}

/** How clients find region and credentials, and reach AWS. Absent parts come from the SDK's default chain. */
export interface ClientOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly credentials: CredentialSource;
  readonly handler: BoundedHandler;
}

type Constructor = new (input: unknown) => object;
type Module = Readonly<Record<string, unknown>>;

// Each service's code loads when the service is first called.
const services: Readonly<Record<AwsService, { readonly load: () => Promise<Module>; readonly name: string }>> = {
  eks: { load: () => import("@aws-sdk/client-eks"), name: "EKSClient" },
  ec2: { load: () => import("@aws-sdk/client-ec2"), name: "EC2Client" },
  autoscaling: { load: () => import("@aws-sdk/client-auto-scaling"), name: "AutoScalingClient" },
  iam: { load: () => import("@aws-sdk/client-iam"), name: "IAMClient" },
  sts: { load: () => import("@aws-sdk/client-sts"), name: "STSClient" },
  sqs: { load: () => import("@aws-sdk/client-sqs"), name: "SQSClient" },
  events: { load: () => import("@aws-sdk/client-eventbridge"), name: "EventBridgeClient" },
  ssm: { load: () => import("@aws-sdk/client-ssm"), name: "SSMClient" },
  pricing: { load: () => import("@aws-sdk/client-pricing"), name: "PricingClient" },
  servicequotas: { load: () => import("@aws-sdk/client-service-quotas"), name: "ServiceQuotasClient" },
};

const ignore = (): void => {};
/** The SDK talks to the console otherwise; what matters comes back as an error. */
export const quiet = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Loads and configures one service's client. */
export async function openClient(service: AwsService, options: ClientOptions): Promise<ServiceClient> {
  const { load, name } = services[service];
  const module = await load();
  const { handler, ...rest } = options;
  const client: unknown = new (constructorOf(module, name))({
    ...rest,
    // Price lists are served from a few regions only, whatever region they describe.
    ...(service === "pricing" ? { region: "us-east-1" } : {}),
    maxAttempts: 6,
    retryMode: "adaptive",
    requestHandler: handler,
    customUserAgent: "dovetail",
    logger: quiet,
  });
  const made = client as Omit<ServiceClient, "command">;
  return {
    send: (command, call) => made.send(command, call),
    command: (operation, input) => {
      const found = module[`${operation}Command`];
      return typeof found === "function" ? new (found as Constructor)(input) : undefined;
    },
    config: made.config,
  };
}

function constructorOf(module: Module, name: string): Constructor {
  const found = module[name];
  if (typeof found !== "function") throw new Error(`the AWS SDK has no ${name}`);
  return found as Constructor;
}
