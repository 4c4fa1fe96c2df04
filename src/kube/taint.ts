import type { Taint, Toleration } from "./objects.ts";

/** Whether one toleration answers one taint. `Lt` and `Gt` compare canonical 64-bit integers; an unknown operator tolerates nothing. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = "", effect = "", operator = "", value = "" } = toleration;
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  switch (operator) {
    case "":
    case "Equal":
      return value === (taint.value ?? "");
    case "Exists":
      return true;
    case "Lt":
    case "Gt":
      return compares(operator, taint.value ?? "", value);
    default:
      return false;
  }
}

/**
 * The first taint that no toleration answers; undefined when the pod may run there. kube-scheduler ignores `PreferNoSchedule`; Karpenter
 * does not (`isStrict`).
 */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  isStrict = false,
): Taint | undefined {
  return taints?.find(
    (taint) =>
      (isStrict || taint.effect !== "PreferNoSchedule") &&
      tolerations?.some((toleration) => tolerates(toleration, taint)) !== true,
  );
}

function compares(operator: "Lt" | "Gt", have: string, bound: string): boolean {
  const [a, b] = [canonicalInteger(have), canonicalInteger(bound)];
  if (a === undefined || b === undefined) return false;
  return operator === "Lt" ? a < b : a > b;
}

// No plus sign and no leading zero, at most 64 bits.
function canonicalInteger(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
