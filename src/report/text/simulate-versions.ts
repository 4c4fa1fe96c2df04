import type { VersionComparison } from "../../forecast/versions.ts";
import { between, comparisonTable } from "./simulate-compare.ts";
import { answerText, clusterLine, poolsText, releaseText, sourceLines } from "./simulate.ts";
import { wrapped } from "./prose.ts";
import { count, table } from "./table.ts";

const shownBehaviours = 10;
const shownNames = 5;

/** How much is shown, how wide, and the command that goes on. */
export interface VersionsView {
  readonly isAll: boolean;
  readonly columns: number;
  readonly next: string;
}

/** What changes from one release of Karpenter to another: nodes and dollars, drift, and what the two decide otherwise. */
export function versionsText(found: VersionComparison, view: VersionsView): string {
  const { first, second } = found;
  const names = { a: first.karpenterRelease.version, b: second.karpenterRelease.version };
  const head = [
    clusterLine(first),
    `NodePools  ${poolsText(first)}`,
    `from       Karpenter ${releaseText(first.karpenterRelease)}`,
    `to         Karpenter ${releaseText(second.karpenterRelease)}`,
    ...first.assumptions.map((one, i) => `${i === 0 ? "assuming" : "        "}   ${one}`),
  ];
  const verdicts = [
    `${names.a}  ${answerText(first)}`,
    `${names.b}  ${answerText(second)}`,
    between(first, second, names),
  ];
  const parts = [
    verdicts.join("\n"),
    head.join("\n"),
    comparisonTable(first, second, { ...names, columns: view.columns }),
    nodesText(found, names, view),
    podsLines(found, names).join("\n"),
    driftLines(found).join("\n"),
    behavioursText(found, names, view),
    sourceLines({
      prices: first.prices.length >= second.prices.length ? first.prices : second.prices,
      approximations: Array.from(new Set([...first.approximations, ...second.approximations])),
    }).join("\n"),
    `next: ${view.next}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

type Names = { readonly a: string; readonly b: string };
const right = { align: "right" } as const;

function nodesText({ nodes }: VersionComparison, { a, b }: Names, view: VersionsView): string {
  if (nodes.length === 0) return "the same nodes under both";
  const columns = [
    { title: "nodes that differ" },
    { title: "capacity" },
    { title: a, ...right },
    { title: b, ...right },
  ];
  return table(
    columns,
    nodes.map((one) => [one.instanceType, one.capacityType, String(one.first), String(one.second)]),
    { columns: view.columns },
  );
}

function podsLines({ pods }: VersionComparison, { a, b }: Names): readonly string[] {
  const line = (only: readonly string[], version: string): readonly string[] =>
    only.length === 0 ? [] : [`${count(only.length, "pod")} without a place under ${version} only: ${few(only)}`];
  return [...line(pods.onlyFirst, a), ...line(pods.onlySecond, b)];
}

function driftLines({ drift }: VersionComparison): readonly string[] {
  const { nodePoolHash: pool, nodeClassHash: nodeClass, nodeClaims, rewritten, drifted } = drift;
  const kept = ({ from, to }: { readonly from: string; readonly to: string }): string =>
    from === to ? `${from} as before` : `${from} becomes ${to}`;
  const head = `drift by the upgrade: EC2NodeClass hash ${kept(nodeClass)}, NodePool hash ${kept(pool)}`;
  if (nodeClaims === undefined) return [head, "  NodeClaims were not read: which nodes carry which hash is unknown"];
  if (nodeClaims === 0) return [head, "  no NodeClaim: Karpenter runs no node here that could drift"];
  return [
    head,
    rewritten.length === 0
      ? `  no node of ${count(nodeClaims, "NodeClaim")} is hashed anew`
      : `  ${count(rewritten.length, "NodeClaim")} of ${nodeClaims} hashed anew, not replaced for it: ${few(rewritten)}`,
    ...(drifted.length === 0
      ? []
      : [`  ${count(drifted.length, "NodeClaim")} had drifted before and will be replaced: ${few(drifted)}`]),
  ];
}

function behavioursText({ behaviours }: VersionComparison, { a, b }: Names, { isAll, columns }: VersionsView): string {
  if (behaviours.length === 0) return "the two decide alike in everything that is known of them";
  const shown = isAll ? behaviours : behaviours.slice(0, shownBehaviours);
  const lines = shown.map(({ id, what, from, to, isReadOnly }) =>
    wrapped(`  ${`${id}${isReadOnly ? "*" : ""}`.padEnd(5)}`, `${what}: ${from} → ${to}`, columns),
  );
  const more = behaviours.length - shown.length;
  return [
    `decided otherwise, ${a} → ${b}`,
    ...lines,
    ...(more > 0 ? [`  ${count(more, "more difference")}: --all shows them`] : []),
    ...(shown.some(({ isReadOnly }) => isReadOnly) ? ["  * in one of them known from source only"] : []),
  ].join("\n");
}

function few(names: readonly string[]): string {
  const more = names.length - shownNames;
  return `${names.slice(0, shownNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
