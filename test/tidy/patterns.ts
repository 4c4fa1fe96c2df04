/** Regular expressions that may try one character again and again: exponentially, or anew from every place of a long text. */
import { Visitor } from "oxc-parser";
import { analyse } from "scslre";
import { lineAt, type Source } from "./sources.ts";

/** Expressions put together at run time: what they are made of, and why that cannot backtrack. */
const computed: Readonly<Record<string, string>> = {
  "src/adapters/helm/run.ts": "a list of our own words",
  "src/assessment/rules/residue.ts": "spaces at the beginning of a line",
  "src/manifests/cel.ts": "expressions of Karpenter's own CRDs",
  "src/snapshot/redact.ts": "a list of our own words",
  "src/snapshot/secret-text.ts": "a list of our own words",
  "src/translation/user-data/shell.ts": "names of programs that we look for",
  "src/autoscaler/priorities.ts": "expressions of the priority expander, matched against one group's name",
};

/** What is wrong with the expressions of a file, each with its line and what to do instead. */
export function backtrackingIn(source: Source): string[] {
  const found: string[] = [];
  const complain = (offset: number, text: string): void => {
    found.push(`${source.path}:${lineAt(source, offset)}: ${text}`);
  };
  const checkMaker = (node: { readonly start: number; readonly callee: object }): void => {
    const isMade = "name" in node.callee && node.callee.name === "RegExp" && computed[source.path] === undefined;
    if (isMade) complain(node.start, "an expression made at run time; look for the words with src/kube/text.ts");
  };
  new Visitor({
    NewExpression: checkMaker,
    CallExpression: checkMaker,
    Literal: (node) => {
      if (!("regex" in node)) return;
      const { pattern, flags } = node.regex;
      if (analyse(new RegExp(pattern, flags)).reports.length > 0)
        complain(node.start, `/${pattern}/ backtracks; give each character one way to match, or bound the repetition`);
    },
  }).visit(source.program);
  return found;
}
