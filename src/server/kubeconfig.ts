import { writeYaml } from "../yaml/write.ts";

/** A kubeconfig for a sandbox that is served: one context, made the current one. */
export function kubeconfigOf(served: {
  readonly name: string;
  readonly url: string;
  readonly certificatePem: string;
  readonly token: string;
}): string {
  const context = `sandbox-${served.name}`;
  const clusterData = Buffer.from(served.certificatePem).toString("base64");
  return writeYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: context, cluster: { server: served.url, "certificate-authority-data": clusterData } }],
    users: [{ name: context, user: { token: served.token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
  });
}
