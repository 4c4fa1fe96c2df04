/** Our sentences for the CEL rules that people meet, by a mark in the rule. The first that matches speaks. */
const sentences: readonly (readonly [mark: RegExp, sentence: string])[] = [
  [/has\(self\.role\) && !has\(self\.instanceProfile\)/, "exactly one of role and instanceProfile must be set"],
  [/x\.alias\.find\('\^\[\^@\]\+'\)/, "amiFamily must be the alias's family or Custom"],
  [/exists\(x, has\(x\.alias\)\) \? true : has\(self\.amiFamily\)/, "amiFamily must be set where no alias says it"],
  [/has\(x\.alias\)\) && self\.size\(\) != 1/, "an alias must be the only term"],
  [/has\(x\.alias\) && \(has\(x\.id\)/, "an alias stands alone in its term"],
  [/has\(x\.id\) && \(?has\(x\./, "an id stands alone in its term"],
  [/has\(x\.name\) && \(?has\(x\./, "a name stands alone in its term"],
  [/has\(x\.tags\) \|\| has\(x\.id\)/, "every term must select by something"],
  [/self\.matches\('\^\[a-zA-Z0-9\]\+@\.\+\$'\)/, "an alias reads family@version"],
  [
    /self\.split\('@'\)\[0\] in \['al2'/,
    "the alias's family is al2, al2023, bottlerocket, windows2019, windows2022 or windows2025",
  ],
  [/split\('@'\)\[1\] == 'latest'/, "Windows aliases have no version but latest"],
  [/k != '' && self\[k\] != ''/, "tag keys and values may not be empty"],
  [/k != ''/, "tag keys may not be empty"],
  [/self\.all\(k, *!?k/, "Karpenter sets this tag itself"],
  [/rootVolume==true/, "only one mapping may be the root volume"],
  [/has\(self\.snapshotID\) \|\| has\(self\.volumeSize\)/, "a volume needs a size or a snapshot"],
  [/volumeInitializationRate/, "volumeInitializationRate needs a snapshot"],
  [/imageGCHighThresholdPercent >/, "imageGCHighThresholdPercent must be above imageGCLowThresholdPercent"],
  [/e in self\.evictionSoft/, "evictionSoft and evictionSoftGracePeriod must name the same signals"],
  [/'memory\.available'/, "this is not an eviction signal"],
  [/x=='cpu' \|\| x=='memory'/, "only cpu, memory, ephemeral-storage and pid may be reserved"],
  [/startsWith\('-'\)/, "a reserved amount may not be negative"],
  [/has\(self\.replicas\) == has\(oldSelf/, "a NodePool cannot turn from static to dynamic or back"],
  [/!has\(self\.replicas\)/, "a static NodePool allows limits.nodes only and no weight"],
  [/has\(x\.schedule\) == has\(x\.duration\)/, "a budget's schedule and duration go together"],
  [/oldSelf/, "this field cannot be changed"],
  [/kubernetes\.io\/hostname/, "kubernetes.io/hostname may not be set"],
  [/x != "karpenter\.sh\/nodepool"|self != "karpenter\.sh\/nodepool"/, "karpenter.sh/nodepool may not be set"],
  [/endsWith\("karpenter\.sh"\)/, "labels of karpenter.sh are restricted"],
  [/endsWith\("karpenter\.k8s\.aws"\)/, "labels of karpenter.k8s.aws are restricted"],
  [/endsWith\("(kubernetes\.io|k8s\.io)"\)/, "labels of kubernetes.io and k8s.io are restricted"],
  [/x\.operator == 'In' \? x\.values\.size\(\) != 0/, "the operator In needs values"],
  [/'Gt'/, "Gt, Lt, Gte and Lte need one whole number that is not negative"],
  [/minValues/, "minValues may not exceed the number of values"],
  [/consolidateAfter/, "consolidateAfter does not go with this consolidationPolicy"],
  [/self != ''/, "the value may not be empty"],
  [/self\.size\(\) != 0/, "the list may not be empty"],
];

/** What a broken rule means. */
export function sentenceOf(rule: string): string {
  return sentences.find(([mark]) => mark.test(rule))?.[1] ?? `the rule ${rule} does not hold`;
}
