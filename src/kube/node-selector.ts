import type { LabelSelectorRequirement, Labels, Node, NodeSelectorTerm, PodSpec } from "./objects.ts";

/**
 * Which nodes a pod's `nodeSelector` and required node affinity allow, ready to be asked of many nodes
 * (`k8s.io/component-helpers/scheduling/corev1/nodeaffinity`).
 */
export interface NodeRequirement {
  matches(labels: Labels, nodeName: string): boolean;
  /** Label keys it looks at. */
  readonly keys: ReadonlySet<string>;
  /** Whether the node's name decides (`matchFields`). */
  readonly readsName: boolean;
  /** Whether a term that cannot be read has a say for a node with such labels. */
  isUnclear(labels: Labels): boolean;
}

/** One term, compiled. A term that the API server would have refused matches no node. */
export interface NodeTerm {
  readonly matches: (labels: Labels, nodeName: string) => boolean;
  /** What is wrong with the term; undefined when it can be read. */
  readonly mistake?: string;
}

/** Compiles both; undefined when the pod demands nothing. */
export function compileNodeRequirement(spec: Pick<PodSpec, "nodeSelector" | "affinity">): NodeRequirement | undefined {
  const wanted = Object.entries(spec.nodeSelector ?? {});
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (wanted.length === 0 && required === undefined) return undefined;
  const given = (required?.nodeSelectorTerms ?? []).filter((term) => !isEmptyTerm(term));
  const terms = given.map(compileNodeTerm);
  const keys = new Set(wanted.map(([key]) => key));
  for (const term of given) for (const { key } of term.matchExpressions ?? []) keys.add(key);
  return {
    keys,
    isUnclear: (labels) =>
      terms.some(({ mistake }) => mistake !== undefined) && wanted.every(([key, value]) => labels[key] === value),
    readsName: given.some((term) => (term.matchFields ?? []).length > 0),
    matches: (labels, nodeName) => {
      for (const [key, value] of wanted) if (labels[key] !== value) return false;
      return required === undefined || terms.some((term) => term.matches(labels, nodeName));
    },
  };
}

/** Whether a node answers the pod's node selector and required node affinity. Compile to ask many. */
export function selectsNode(spec: Pick<PodSpec, "nodeSelector" | "affinity">, node: Node): boolean {
  return compileNodeRequirement(spec)?.matches(node.metadata.labels ?? {}, node.metadata.name) ?? true;
}

/** A term without expressions and fields: it matches nothing. */
export function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
}

/** All expressions and fields of a term hold. An empty term matches nothing. */
export function compileNodeTerm(term: NodeSelectorTerm): NodeTerm {
  if (isEmptyTerm(term)) return { matches: () => false };
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  const mistake = expressions.map(mistakeIn).find(isText) ?? fields.map(mistakeInField).find(isText);
  if (mistake !== undefined) return { matches: () => false, mistake };
  const holds = expressions.map(compileExpression);
  return {
    matches: (labels, nodeName) => {
      for (const hold of holds) if (!hold(labels)) return false;
      for (const { key, operator, values } of fields) {
        const value = key === "metadata.name" ? nodeName : "";
        if ((value === values?.[0]) !== (operator === "In")) return false;
      }
      return true;
    },
  };
}

function compileExpression({ key, operator, values = [] }: LabelSelectorRequirement): (labels: Labels) => boolean {
  const set = new Set(values);
  switch (operator) {
    case "In":
      return (labels) => {
        const value = labels[key];
        return value !== undefined && set.has(value);
      };
    case "NotIn":
      return (labels) => {
        const value = labels[key];
        return value === undefined || !set.has(value);
      };
    case "Exists":
      return (labels) => labels[key] !== undefined;
    case "DoesNotExist":
      return (labels) => labels[key] === undefined;
    default: {
      const bound = integer(values[0]);
      return (labels) => {
        const value = integer(labels[key]);
        if (value === undefined || bound === undefined) return false;
        return operator === "Gt" ? value > bound : value < bound;
      };
    }
  }
}

// labels.NewRequirement refuses these; the API server lets some of them through.
function mistakeIn({ key, operator, values = [] }: LabelSelectorRequirement): string | undefined {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) return `${key} ${operator}: for 'in', 'notin' operators, values set can't be empty`;
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) return `${key} ${operator}: values set must be empty for exists and does not exist`;
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1 || integer(values[0]) === undefined)
        return `${key} ${operator}: for 'Gt', 'Lt' operators, exactly one integer is required`;
      break;
    default:
      return `${key}: unknown operator ${operator}`;
  }
  const bad = values.find((value) => value.length > 63 || !labelValue.test(value));
  return bad === undefined ? undefined : `${key} ${operator}: "${bad}" is not a label value`;
}

function mistakeInField({ key, operator, values = [] }: LabelSelectorRequirement): string | undefined {
  if (operator !== "In" && operator !== "NotIn") return `${key}: unknown operator ${operator}`;
  return values.length === 1 ? undefined : `${key} ${operator}: must have one element`;
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** A 64-bit integer as Go reads it; undefined for anything else. */
function integer(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
