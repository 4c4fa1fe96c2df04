/** One call to the outside as the log shows it. Never holds headers, bodies, arguments or credentials. */
export interface Call {
  readonly to: "kubernetes" | "aws" | "helm" | "login";
  /** Method and path, operation, or command. */
  readonly what: string;
  /** HTTP status, or a fault's code, or how a program ended. */
  readonly outcome: number | string;
  readonly ms: number;
  readonly tries: number;
  /** The server's own name for the call: AWS's request id, Kubernetes' audit id. */
  readonly requestId?: string;
}

/** Is told of every call when it has ended. */
export type CallSink = (call: Call) => void;

/** For those who keep no log. */
export const unlogged: CallSink = () => {};
