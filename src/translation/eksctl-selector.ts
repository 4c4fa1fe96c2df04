import { numberAt, printed, textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import type { Document } from "./ledger.ts";

/**
 * eksctl asks EC2 for every type that has exactly what the selector says, and for x86_64 where it names no architecture
 * (eksctl v0.210, `pkg/eks/nodegroup_service.go`).
 */
export function takeSelector(draft: Draft, document: Document, selector: JsonObject): void {
  takeVcpus(draft, document, selector);
  takeMemory(draft, document, selector);
  takeGpus(draft, document, selector);
  const arch = textAt(selector, "cpuArchitecture");
  draft.arch = [arch === "arm64" ? "arm64" : "amd64"];
  document.kept("instanceSelector.cpuArchitecture", "NodePool spec.template.spec.requirements[kubernetes.io/arch]");
}

function takeVcpus(draft: Draft, document: Document, selector: JsonObject): void {
  const key = "karpenter.k8s.aws/instance-cpu";
  const vcpus = countOf(selector, "vCPUs");
  // Nought asks for nothing there.
  if (vcpus === 0)
    return document.lost("instanceSelector.vCPUs", { why: "eksctl reads 0 as any number", risk: "none" });
  if (vcpus === undefined) return unreadable(document, "vCPUs");
  draft.requirements.push({ key, operator: "In", values: [String(vcpus)] });
  document.kept("instanceSelector.vCPUs", `NodePool spec.template.spec.requirements[${key}]`);
}

const mebibytes: Readonly<Record<string, number>> = { m: 1, g: 1024, t: 1024 * 1024 };

/** A number alone is GiB; MB and MiB are the same to eksctl (`amazon-ec2-instance-selector`, bytequantity). */
function takeMemory(draft: Draft, document: Document, selector: JsonObject): void {
  const key = "karpenter.k8s.aws/instance-memory";
  const written = printed(selector["memory"] ?? "");
  const [, amount, unit = "g"] = /^([0-9]+\.?[0-9]{0,3}) ?([mgt])?i?b?$/i.exec(written) ?? [];
  if (amount === undefined) return unreadable(document, "memory");
  const value = Math.round(Number(amount) * (mebibytes[unit.toLowerCase()] ?? 1024));
  draft.requirements.push({ key, operator: "In", values: [String(value)] });
  document.kept("instanceSelector.memory", `NodePool spec.template.spec.requirements[${key}]`);
}

/** Karpenter labels a type with a number of GPUs only where it has some: none is a label that is not there. */
function takeGpus(draft: Draft, document: Document, selector: JsonObject): void {
  const key = "karpenter.k8s.aws/instance-gpu-count";
  const gpus = countOf(selector, "gpus");
  if (gpus === undefined) return unreadable(document, "gpus");
  draft.requirements.push(
    gpus === 0 ? { key, operator: "DoesNotExist" } : { key, operator: "In", values: [String(gpus)] },
  );
  document.kept("instanceSelector.gpus", `NodePool spec.template.spec.requirements[${key}]`);
}

function countOf(selector: JsonObject, field: string): number | undefined {
  const number = numberAt(selector, field) ?? Number.parseInt(textAt(selector, field) ?? "", 10);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}

function unreadable(document: Document, field: string): void {
  document.lost(["instanceSelector", field], {
    why: "it is not written as eksctl reads it",
    risk: "the pool admits more instance types",
    fix: "correct the field in the cluster file and translate again",
  });
}
