import { valueAt } from "../../kube/json.ts";
import type { Labels } from "../../kube/objects.ts";
import { type Stored, str } from "./objects.ts";
import { badRequest } from "./refusal.ts";

type Test = (object: Stored) => boolean;

/** Reads a label selector as kubectl writes it: `app=web,tier!=db,env in (a, b),!legacy,team`. */
export function labelTest(selector: string | undefined): Test {
  if (selector === undefined || selector.trim() === "") return () => true;
  const tests = splitTerms(selector).map(labelTerm);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** Reads a field selector: `spec.nodeName=ip-10-0-1-7,status.phase!=Succeeded`. An absent field reads as the empty string. */
export function fieldTest(selector: string | undefined): Test {
  if (selector === undefined || selector.trim() === "") return () => true;
  const tests = selector.split(",").map((term) => {
    const match = /^([\w.]+)\s*(!=|==|=)(.*)$/.exec(term.trim());
    if (match === null) throw badRequest(`invalid field selector: ${term}`);
    const [, path = "", operator = "", value = ""] = match;
    return (object: Stored): boolean => {
      const found = valueAt(object, ...path.split("."));
      return (str(found ?? "") === value.trim()) === (operator !== "!=");
    };
  });
  return (object) => tests.every((test) => test(object));
}

function splitTerms(selector: string): readonly string[] {
  // Commas between parentheses part values, not terms.
  const terms: string[] = [];
  let [from, depth] = [0, 0];
  for (let at = 0; at <= selector.length; at += 1) {
    const char = selector[at];
    if (char === "(") depth += 1;
    else if (char === ")") depth = Math.max(0, depth - 1);
    if (char !== undefined && (char !== "," || depth > 0)) continue;
    terms.push(selector.slice(from, at).trim());
    from = at + 1;
  }
  return terms;
}

function labelTerm(term: string): (labels: Labels) => boolean {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = "", operator = "", list = ""] = set;
    const values = new Set(list.split(",").map((value) => value.trim()));
    return (labels) => {
      const value = labels[key];
      return operator === "in" ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const equality = /^([\w./-]+)\s*(!=|==|=)\s*([\w.-]*)$/.exec(term);
  if (equality !== null) {
    const [, key = "", operator = "", value = ""] = equality;
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const existence = /^(!?)([\w./-]+)$/.exec(term);
  if (existence === null) throw badRequest(`unable to parse label selector: ${term}`);
  const [, not = "", key = ""] = existence;
  return (labels) => (labels[key] !== undefined) === (not === "");
}
