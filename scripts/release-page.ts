import { behaviourChanges, behaviourText, behaviourWords } from "../src/karpenter/behaviour-changes.ts";
import { behaviourIds, behaviourOf, compared, fidelityOf, type Minor, minors } from "../src/karpenter/behaviours.ts";
import { defaultRelease, releaseOf } from "../src/karpenter/releases.ts";

/** `docs/releases.md`: which releases of Karpenter are known, how well, and what each decides otherwise than the one before. */
export function releasePage(): string {
  return [
    "# Releases of Karpenter",
    "",
    "Written by `npm run docs` from the tables of the program (`src/karpenter/behaviours.ts`, `releases.ts`); do not edit.",
    "",
    `The default is ${defaultRelease.version}. *compared*: the real program was run on the recorded scenarios beside ours. The others are decided by what`,
    "their source says; a behaviour counts as seen where the compared releases on both sides of them do the same.",
    "",
    "| release | decided | Kubernetes | hash of EC2NodeClass |",
    "|---|---|---|---|",
    ...minors.toReversed().map(releaseRow),
    "",
    "Releases before 1.0 are decided as 1.0: near, not exact.",
    "",
    "## What each decides otherwise than the one before",
    "",
    "| release | id | behaviour | before | since |",
    "|---|---|---|---|---|",
    ...minors.slice(1).toReversed().flatMap(changeRows),
    "",
    "`*`: known from source only, in one of the two.",
    "",
    "## Every behaviour",
    "",
    `| id | behaviour | ${compared.join(" | ")} |`,
    `|---|---|${compared.map(() => "---|").join("")}`,
    ...behaviourRows(),
    "",
  ].join("\n");
}

function releaseRow(minor: Minor): string {
  const { isCompared, readOnly, behaviours } = fidelityOf(minor);
  const how = isCompared
    ? `compared; ${readOnly.length} of ${behaviours} behaviours from source only (${readOnly.join(", ")})`
    : `${readOnly.length} of ${behaviours} behaviours from source only`;
  const { kubernetes, nodeClassHash } = behaviourOf(minor);
  const version = releaseOf(minor)?.version ?? minor;
  return `| ${version} | ${how} | ${kubernetes.min} to ${kubernetes.max} | ${nodeClassHash} |`;
}

function changeRows(minor: Minor): readonly string[] {
  const before = minors[minors.indexOf(minor) - 1] ?? minor;
  return behaviourChanges(before, minor).map(
    ({ id, what, from, to, isReadOnly }) =>
      `| ${minor} | ${id}${isReadOnly ? "\\*" : ""} | ${what} | ${from} | ${to} |`,
  );
}

function behaviourRows(): readonly string[] {
  return behaviourIds().map(({ key, id }) => {
    const values = compared.map((minor) => valueIn(minor, key));
    return `| ${id} | ${behaviourWords[key]} | ${values.join(" | ")} |`;
  });
}

function valueIn(minor: Minor, key: ReturnType<typeof behaviourIds>[number]["key"]): string {
  return behaviourText(behaviourOf(minor)[key]);
}
