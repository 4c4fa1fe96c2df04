import type { Discovered } from "../../src/assessment/facts.ts";
import type { NodeGroup } from "../../src/autoscaler/types.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { listAt, numberAt, textAt } from "../../src/translation/json.ts";

export function discover(s: Snapshot): Discovered {
  const autoscalers = (s.objects.deployments ?? []).flatMap((d) => {
    const c = d.spec.template.spec.containers[0];
    if (c === undefined || !/cluster-autoscaler/.test(c.image ?? "")) return [];
    const flags = new Map<string, string[]>();
    for (const w of (c.command ?? []).slice(1)) {
      const [k = "", v = ""] = w.replace(/^--/, "").split(/=(.*)/s);
      flags.set(k, [...(flags.get(k) ?? []), v]);
    }
    const st = s.objects.configmaps?.find((x) => x.metadata.name === "cluster-autoscaler-status")?.data?.["status"];
    const pr = s.objects.configmaps?.find((x) => x.metadata.name === "cluster-autoscaler-priority-expander");
    return [
      {
        namespace: d.metadata.namespace ?? "",
        deployment: d.metadata.name,
        replicas: d.spec.replicas ?? 1,
        version: /v(\d+\.\d+\.\d+)/.exec(c.image ?? "")?.[1],
        image: c.image ?? "",
        flags,
        expanders: (flags.get("expander")?.[0] ?? "least-waste").split(","),
        foundBy: ["image"],
        ...(pr === undefined
          ? {}
          : {
              priorities: new Map([
                [10, ["x"]],
                [50, ["y"]],
              ]),
            }),
        ...(st === undefined
          ? {}
          : { status: { clusterWide: { health: { status: st.includes("Unhealthy") ? "Unhealthy" : "Healthy" } } } }),
      },
    ];
  });
  const nodeGroups = (s.account?.autoScalingGroups ?? []).map((asg): NodeGroup => {
    const tags = listAt(asg, "Tags");
    const name =
      tags.map((t) => (textAt(t, "Key") === "eks:nodegroup-name" ? textAt(t, "Value") : undefined)).find((x) => x) ??
      textAt(asg, "AutoScalingGroupName") ??
      "";
    const ng = s.account?.nodegroups?.find((x) => x["nodegroupName"] === name);
    const ids = listAt(asg, "Instances").map((i) => textAt(i, "InstanceId"));
    const lt = textAt(asg, "LaunchTemplate", "LaunchTemplateId");
    const ltv = s.account?.launchTemplateVersions?.find((v) => v["LaunchTemplateId"] === lt);
    return {
      name,
      kind: ng === undefined ? "self-managed" : "managed",
      autoScalingGroupName: textAt(asg, "AutoScalingGroupName"),
      min: numberAt(asg, "MinSize") ?? 0,
      max: numberAt(asg, "MaxSize") ?? 0,
      desired: numberAt(asg, "DesiredCapacity") ?? 0,
      isManagedByAutoscaler: tags.some((t) => textAt(t, "Key") === "k8s.io/cluster-autoscaler/enabled"),
      labels: {},
      taints: [],
      nodeNames: (s.objects.nodes ?? [])
        .filter((n) => ids.some((id) => id !== undefined && n.spec?.providerID?.endsWith(id)))
        .map((n) => n.metadata.name),
      ...(ng === undefined ? {} : { nodegroup: ng }),
      autoScalingGroup: asg,
      ...(ltv === undefined ? {} : { launchTemplateVersion: ltv }),
    };
  });
  return { autoscalers, nodeGroups };
}
