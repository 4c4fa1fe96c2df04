import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

/** Residue of a migration: begun by hand and left, or under way. */
export const migrationFindings = defineFindings({
  DV5001: {
    severity: "error",
    title: "Karpenter is told of an interruption queue that does not exist",
    why: "The controller fails to start, or misses every interruption notice, until the queue is there.",
    say: (d: { readonly queue: string; readonly deployment: string }) =>
      `Deployment ${d.deployment} names the queue ${d.queue}; no such queue was found`,
    fix: () => "`dovetail setup` creates queue, policy and rules; or remove settings.interruptionQueue",
  },
  DV5002: {
    severity: "warning",
    title: "only some subnets are tagged for Karpenter",
    why: "Karpenter launches only in tagged subnets: zones without one get no nodes, and pods with volumes there stay pending.",
    say: (d: { readonly tagged: readonly string[]; readonly untagged: readonly string[]; readonly tag: string }) =>
      `${d.tag} is on ${d.tagged.join(", ")} but not on ${d.untagged.join(", ")}`,
    fix: () => "`dovetail setup` tags the rest",
  },
  DV5003: {
    severity: "error",
    title: "aws-auth maps a role that does not exist",
    why: "Somebody edited it for a migration and stopped, or misspelt the role: its nodes will be Unauthorized.",
    say: (d: { readonly role: string }) => `aws-auth maps ${d.role}, which was not found`,
    fix: (d: { readonly role: string }) =>
      `correct or remove the entry of ${d.role}: \`kubectl -n kube-system edit configmap aws-auth\``,
  },
  DV5004: {
    severity: "warning",
    title: "Karpenter's CRDs are there without a controller",
    why: "An installation was begun or removed half-way; objects that nobody reconciles keep finalizers and cannot be deleted.",
    say: (d: { readonly crds: readonly string[] }) => `${d.crds.join(", ")}, but no Deployment runs Karpenter`,
    fix: () => "`dovetail install` completes it; otherwise delete the CRDs once no object of them is left",
  },
  DV5005: {
    severity: "error",
    title: "Cluster Autoscaler was scaled to zero and nothing took over",
    why: "No autoscaler is in charge: pending pods stay pending.",
    say: (d: { readonly autoscaler: string }) =>
      `Deployment ${d.autoscaler} has 0 replicas and no NodePool may provision`,
    fix: (d: { readonly namespace: string; readonly name: string }) =>
      `\`kubectl -n ${shellWord(d.namespace)} scale deploy ${shellWord(d.name)} --replicas=1\`, or go on: \`dovetail status\``,
  },
  DV5006: {
    severity: "warning",
    title: "nodes are cordoned",
    why: "A drain was begun and left, or somebody wants the node alone; its room is missing when pods move.",
    say: (d: { readonly nodes: readonly string[] }) =>
      `${d.nodes.length} ${d.nodes.length === 1 ? "node is" : "nodes are"} cordoned: ${d.nodes.slice(0, 5).join(", ")}${d.nodes.length > 5 ? " …" : ""}`,
    fix: (d: { readonly nodes: readonly string[] }) =>
      `\`kubectl uncordon ${shellWord(d.nodes[0] ?? "")}\` or finish the drain`,
  },
  DV5007: {
    severity: "error",
    title: "Karpenter's node role may not join the cluster",
    why: "Nodes launched with it get Unauthorized from the API server and are replaced for ever.",
    say: (d: { readonly role: string }) => `role ${d.role} has neither an access entry nor a line in aws-auth`,
    fix: (d: { readonly cluster: string; readonly arn: string }) =>
      `\`aws eks create-access-entry --cluster-name ${shellWord(d.cluster)} --principal-arn ${shellWord(d.arn)} --type EC2_LINUX\`, or \`dovetail setup\``,
  },
  DV5008: {
    severity: "info",
    title: "NodePools are held by Dovetail",
    why: "A migration is prepared or under way: the pools wait for the hand-over.",
    say: (d: { readonly nodePools: readonly string[] }) => `held: ${d.nodePools.join(", ")}`,
    fix: () => "`dovetail status` says how far it is",
  },
  DV5016: {
    severity: "info",
    title: "Karpenter was installed by Dovetail",
    why: "What is there is part of a migration, under way or done.",
    say: (d: { readonly objects: readonly string[] }) =>
      `made by Dovetail: ${d.objects.slice(0, 5).join(", ")}${d.objects.length > 5 ? " …" : ""}`,
    fix: () => "`dovetail status` says how far it is; `dovetail verify` compares what came of it with the forecast",
  },
  DV5009: {
    severity: "error",
    title: "NodeClaims did not become nodes",
    why: "Instances were launched but did not join: role mapping, network or user data is wrong.",
    say: (d: { readonly nodeClaim: string; readonly reason: string }) => `NodeClaim ${d.nodeClaim}: ${d.reason}`,
    fix: (d: { readonly nodeClaim: string }) =>
      `\`kubectl describe nodeclaim ${shellWord(d.nodeClaim)}\`, then \`dovetail assess\` again`,
  },
  DV5010: {
    severity: "warning",
    title: "the service account names a role that was not found",
    why: "The controller cannot get AWS credentials.",
    say: (d: { readonly serviceAccount: string; readonly role: string }) =>
      `ServiceAccount ${d.serviceAccount} names ${d.role}`,
    fix: () => "`dovetail setup` makes the controller role and its trust policy",
  },
  DV5011: {
    severity: "warning",
    title: "taints of an interrupted removal are left on nodes",
    why: "No pod is placed there although the node stays; capacity that the cut-over counts on is missing.",
    say: (d: { readonly node: string; readonly taint: string; readonly age: string }) =>
      `node ${d.node} has ${d.taint} (${d.age})`,
    fix: (d: { readonly node: string; readonly taint: string }) =>
      `\`kubectl taint node ${shellWord(d.node)} ${shellWord(d.taint)}-\` if nothing is removing it`,
  },
  DV5012: {
    severity: "warning",
    title: "an interruption queue gets no events",
    why: "Without EventBridge rules that send to it, spot interruptions and maintenance come as a surprise.",
    say: (d: { readonly queue: string }) => `queue ${d.queue} exists; no EventBridge rule was found that targets it`,
    fix: () => "`dovetail setup` makes the rules",
  },
  DV5013: {
    severity: "warning",
    title: "subnets are tagged for Karpenter, security groups are not, or the other way round",
    why: "An EC2NodeClass that selects by the tag finds only half of what it needs and is never ready.",
    say: (d: { readonly tagged: string; readonly untagged: string; readonly tag: string }) =>
      `${d.tag} is on ${d.tagged} but on no ${d.untagged}`,
    fix: () => "`dovetail setup` tags the rest",
  },
  DV5014: {
    severity: "error",
    title: "Karpenter runs on nodes that it manages",
    why: "When it removes its own node nobody is left to make another.",
    say: (d: { readonly pod: string; readonly node: string }) => `pod ${d.pod} runs on ${d.node}, a node of a NodePool`,
    fix: () => "keep the default node affinity of the chart (karpenter.sh/nodepool DoesNotExist)",
  },
  DV5015: {
    severity: "info",
    title: "a node group is at zero",
    why: "It was emptied by hand, or it only scales up on demand; retire it or leave it, but a rollback returns it to this size.",
    say: (d: { readonly nodeGroup: string; readonly max: number }) =>
      `${d.nodeGroup} has desired size 0 (maximum ${d.max})`,
    fix: (d: { readonly nodeGroup: string }) => `check whether ${d.nodeGroup} is still needed`,
  },
});
