import { makeFinding, type Finding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { defaultRelease } from "../karpenter/releases.ts";
import { checksum } from "../karpenter/names.ts";
import type { JsonObject } from "../kube/objects.ts";
import { nodeClassOf, nodeClassSpecOf, nodePoolOf } from "./assemble.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { translateFlags } from "./flags.ts";
import { draftOf, isRefused, type Refused } from "./group.ts";
import { homeArch } from "./home-arch.ts";
import type { TranslateInput, TranslateOptions } from "./input.ts";
import { canonical } from "../kube/json.ts";
import { mergeDrafts, type Bundle } from "./merge.ts";
import { commonName, uniqueNames } from "./object-names.ts";
import { rankRivals } from "./rivals.ts";
import { chooseSelectors } from "./selectors.ts";
import { retarget } from "./target.ts";
import type { TranslatedGroup, Translation } from "./types.ts";
import { giveWeights } from "./weights.ts";

/**
 * Node groups and Cluster Autoscaler's settings in, NodePools and EC2NodeClasses out.
 *
 * Every field of the groups' documents ends as kept, changed or lost; what weighs something is a finding. Pure: the
 * same input gives the
 * same manifests, whatever the order of the groups.
 */
export function translate(input: TranslateInput, options: TranslateOptions = {}): Translation {
  const facts: Facts = { input, options };
  const results = chosenGroups(facts).map((group) => draftOf(group, facts));
  const drafts = results.filter((result): result is Draft => !isRefused(result));
  const refused = results.filter(isRefused);
  giveWeights(drafts, input.autoscaler);
  const ranked = rankRivals(
    mergeDrafts(drafts, (options.merge ?? true) && options.keepGroupLabel !== true),
    homeArch(input),
  );
  const { bundles } = ranked;
  const selectors = chooseSelectors(bundles, facts);
  const groups = assembleAll(bundles, facts, selectors);
  const flags = translateFlags(input.autoscaler);
  const release = options.release ?? defaultRelease;
  const target = options.target ?? release.line;
  const retargeted = retarget(groups, target, release);
  const allRefused = [...refused, ...retargeted.refused];
  const findings = [
    ...allRefused.map(refusal),
    ...drafts.flatMap((draft) => draft.ledger.findings),
    ...selectors.findings,
    ...flags.findings,
    ...mergedFindings(groups),
    ...ranked.findings,
    ...networkFindings(input),
    ...emptyPools(groups, input),
  ];
  return {
    target,
    groups: retargeted.groups,
    manifests: retargeted.manifests,
    flagFates: flags.fates,
    findings: bySeverity([...findings, ...retargeted.findings]),
    refused: allRefused,
  };
}

/** Most severe first, otherwise as given. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  const ranks = { error: 0, warning: 1, info: 2 } as const;
  return findings.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

function chosenGroups({ input, options }: Facts): TranslateInput["nodeGroups"] {
  const wanted = options.groups === undefined ? undefined : new Set(options.groups);
  return input.nodeGroups
    .filter((group) => wanted === undefined || wanted.has(group.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function assembleAll(
  bundles: readonly Bundle[],
  facts: Facts,
  selectors: ReturnType<typeof chooseSelectors>,
): readonly TranslatedGroup[] {
  const wanted = bundles.map((bundle) => {
    const from = bundle.drafts.map((draft) => draft.nodeGroup.name);
    return { name: commonName(from), from: from.join(",") };
  });
  const bases = wanted.map(({ name, from }) => ({ name: `${name.slice(0, 53)}-on-demand`, from }));
  const hasBase = bundles.map((bundle) => bundle.drafts[0].onDemandBase > 0);
  const unique = uniqueNames([...wanted, ...bases.filter((_, index) => hasBase[index])]);
  const names = unique.slice(0, bundles.length);
  const baseNames = unique.slice(bundles.length);
  const specs = bundles.map((bundle) => nodeClassSpecOf(bundle, facts, selectors));
  const classNames = nameNodeClasses(specs, names);
  return bundles.flatMap((bundle, index) => {
    const [name = "", spec = {}] = [names[index], specs[index]];
    const nodeClass = nodeClassOf(classNames.get(canonical(spec)) ?? name, spec);
    const pool = (part: "all" | "base" | "rest", poolName: string): TranslatedGroup["nodePool"] =>
      nodePoolOf(bundle, facts, { name: poolName, nodeClassName: nodeClass.metadata.name, part });
    nameFates(bundle, name);
    const nodeGroups = bundle.drafts.map((draft) => draft.nodeGroup);
    const fates = bundle.drafts.flatMap((draft) => draft.ledger.close());
    if (bundle.drafts[0].onDemandBase === 0) return [{ nodeGroups, nodePool: pool("all", name), nodeClass, fates }];
    return [
      { nodeGroups, nodePool: pool("base", baseNames.shift() ?? `${name}-on-demand`), nodeClass, fates: [] },
      { nodeGroups, nodePool: pool("rest", name), nodeClass, fates },
    ];
  });
}

// Node classes that came out equal are one: named like their only pool, or after the image family they share.
function nameNodeClasses(specs: readonly JsonObject[], poolNames: readonly string[]): ReadonlyMap<string, string> {
  const users = new Map<string, string[]>();
  specs.forEach((spec, index) => {
    const key = canonical(spec);
    users.set(key, [...(users.get(key) ?? []), poolNames[index] ?? ""]);
  });
  const shared = [...users].filter(([, pools]) => pools.length > 1).map(([key]) => key);
  const entries = [...users].map(([key, pools]) => {
    if (pools.length === 1) return { key, name: pools[0] ?? "", from: key };
    return { key, name: shared.length === 1 ? "default" : `shared-${checksum(key)}`, from: key };
  });
  const names = uniqueNames(entries);
  return new Map(entries.map(({ key }, index) => [key, names[index] ?? ""]));
}

function nameFates(bundle: Bundle, name: string): void {
  for (const draft of bundle.drafts) {
    if (draft.nameField === undefined) continue;
    const [document, path] = draft.nameField;
    if (draft.nodeGroup.name === name && document.at(path) === name) document.kept(path, "NodePool metadata.name");
    else {
      const why =
        bundle.drafts.length > 1 ? "several groups became one NodePool" : "a NodePool's name follows RFC 1123";
      document.changed(path, { to: "NodePool metadata.name", becomes: name, why });
    }
  }
}

function refusal(refused: Refused): Finding {
  return makeFinding(translationFindings, "DV2011", `nodegroup/${refused.nodeGroup}`, { ...refused });
}

function networkFindings({ cni, clusterName }: TranslateInput): readonly Finding[] {
  if (cni?.isCustomNetworking !== true) return [];
  return [makeFinding(translationFindings, "DV2038", `cluster/${clusterName ?? "NAME"}`, {})];
}

function emptyPools(groups: readonly TranslatedGroup[], { instanceTypes }: TranslateInput): readonly Finding[] {
  if (instanceTypes === undefined) return [];
  return groups.flatMap(({ nodePool, nodeGroups }) => {
    const { name } = nodePool.metadata;
    if (instanceTypes.admitted(nodePool.spec.template.spec.requirements ?? []) > 0) return [];
    const about = { nodePool: name, nodeGroups: nodeGroups.map((group) => group.name) };
    return [makeFinding(translationFindings, "DV2046", `NodePool/${name}`, about)];
  });
}

function mergedFindings(groups: readonly TranslatedGroup[]): readonly Finding[] {
  return groups
    .filter((group) => group.nodeGroups.length > 1 && group.fates.length > 0)
    .map((group) => {
      const nodePool = group.nodePool.metadata.name;
      const nodeGroups = group.nodeGroups.map((item) => item.name);
      return makeFinding(translationFindings, "DV2019", `NodePool/${nodePool}`, { nodePool, nodeGroups });
    });
}
