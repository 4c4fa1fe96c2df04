import { labelKeys } from "../../karpenter/labels.ts";
import { requirementIn } from "../../karpenter/requirement.ts";
import { fromLabels } from "../../karpenter/requirements.ts";
import type { LabelSelector, Node, Pod } from "../../kube/objects.ts";
import { isCounted, type PodIndex } from "../pods/pod-index.ts";
import type { RequirementTable } from "../types/requirement-table.ts";
import { countingMatcherOf, type Matcher } from "../pods/selector.ts";
import type { StateNode } from "../state-node.ts";
import { filterAdmits, type NodeFilter, type Place } from "./topology-filter.ts";

/** What is asked of running pods. */
export interface CountQuestion {
  readonly key: string;
  readonly isHostname: boolean;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: LabelSelector | undefined;
  readonly filter: NodeFilter | undefined;
}

/** What the counts are made from: the same for all passes. */
export interface CountSource {
  readonly sets: RequirementTable;
  readonly index: PodIndex;
  readonly nodeByName: ReadonlyMap<string, Node>;
  /** Nodes handed to the scheduler unless a pass takes them away. */
  readonly stateNodes: readonly StateNode[];
}

/**
 * How many running pods each topology domain has (Karpenter's `countDomains`), counted over the whole cluster once for each question; a
 * pass then takes away the nodes and pods it is about. Costs the pods and nodes of the cluster the first time, those of the pass from then
 * on.
 */
export class RunningCounts {
  readonly #source: CountSource;
  readonly #known = new Map<string, RunningCount>();
  readonly #places = new Map<Node, Place>();

  constructor(source: CountSource) {
    this.#source = source;
  }

  /** The same text must always stand for the same question. */
  of(text: string, question: CountQuestion): RunningCount {
    let count = this.#known.get(text);
    if (count === undefined) {
      count = new RunningCount(this.#source, question, (node) => this.#placeOf(node));
      this.#known.set(text, count);
    }
    return count;
  }

  // The raw Node counts here: its own taints, and no hostname but the label's.
  #placeOf(node: Node): Place {
    const known = this.#places.get(node);
    if (known !== undefined) return known;
    const { labels } = node.metadata;
    const { sets } = this.#source;
    const requirements = fromLabels(labels, sets.family);
    requirements.delete(labelKeys.hostname);
    const hostname = labels?.[labelKeys.hostname];
    const place = {
      taints: node.spec?.taints ?? [],
      set: sets.adopt(requirements),
      hostname: requirementIn(labelKeys.hostname, hostname === undefined ? [] : [hostname]),
      planned: -1,
    };
    this.#places.set(node, place);
    return place;
  }
}

/** The answer to one question. */
export class RunningCount {
  readonly #source: CountSource;
  readonly #question: CountQuestion;
  readonly #placeOf: (node: Node) => Place;
  readonly #matches: Matcher;
  readonly #nodes = new Map<string, number>();
  readonly #pods = new Map<string, number>();
  readonly #domains = new Map<string, string | undefined>();

  constructor(source: CountSource, question: CountQuestion, placeOf: (node: Node) => Place) {
    this.#source = source;
    this.#question = question;
    this.#placeOf = placeOf;
    this.#matches = countingMatcherOf(question.selector);
    for (const node of question.isHostname ? [] : source.stateNodes) add(this.#nodes, this.#domainOfState(node), 1);
    for (const name of source.index.nodesOf(question.namespaces, this.#matches))
      add(this.#pods, this.#domainOf(name), 1);
  }

  /** Domains that some node makes known, those taken away aside. Groups by hostname need none. */
  known(gone: ReadonlySet<StateNode>): Iterable<string> {
    if (gone.size === 0 || this.#nodes.size === 0) return this.#nodes.keys();
    const lost = new Map<string, number>();
    for (const node of gone) add(lost, this.#domainOfState(node), 1);
    return [...this.#nodes].flatMap(([domain, count]) => (count > (lost.get(domain) ?? 0) ? [domain] : []));
  }

  /** Running pods by domain, without those that are about to be placed. */
  counts(excluded: ReadonlySet<Pod>): Iterable<readonly [string, number]> {
    const moved = new Map<string, number>();
    for (const pod of excluded) if (this.#counted(pod)) add(moved, this.#domainOf(pod.spec.nodeName ?? ""), 1);
    if (moved.size === 0) return this.#pods;
    return [...this.#pods].flatMap(([domain, count]): [string, number][] => {
      const left = count - (moved.get(domain) ?? 0);
      return left > 0 ? [[domain, left]] : [];
    });
  }

  #counted(pod: Pod): boolean {
    const { namespace = "", labels = {} } = pod.metadata;
    return isCounted(pod) && this.#question.namespaces.has(namespace) && this.#matches(labels);
  }

  #domainOfState({ node, labels }: StateNode): string | undefined {
    const domain = labels[this.#question.key];
    return node !== undefined && domain !== undefined && this.#admits(node) ? domain : undefined;
  }

  #domainOf(name: string): string | undefined {
    if (this.#domains.has(name)) return this.#domains.get(name);
    const node = this.#source.nodeByName.get(name);
    const { key, isHostname } = this.#question;
    const domain = node?.metadata.labels?.[key] ?? (isHostname ? node?.metadata.name : undefined);
    const counted = node !== undefined && domain !== undefined && this.#admits(node) ? domain : undefined;
    this.#domains.set(name, counted);
    return counted;
  }

  #admits(node: Node): boolean {
    return filterAdmits(this.#question.filter, this.#placeOf(node), this.#source.sets);
  }
}

function add(counts: Map<string, number>, domain: string | undefined, more: number): void {
  if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + more);
}
