import type { FaultKind } from "../kind.ts";

const blame = "usage";
const loose = "a guess in place of the value could do something that was not asked for";

/** What was wrong with the words on the command line. */
export const commandLineFaults = {
  "usage.accept": {
    title: "what is accepted is not in the way, or has no reason",
    why: "only what was found can be accepted, by its code and its name, and the journal keeps why",
    fix: "write it as --accept DV1002=NAMESPACE/NAME --reason TEXT, with a code and a name that the plan lists",
    blame,
  },
  "usage.certificates": {
    title: "a file of trusted certificates cannot be used",
    why: "without it nobody can vouch for the server, and an unknown server is not spoken to",
    fix: "correct the variable or the kubeconfig that names the file",
    blame,
  },
  "usage.contradiction": {
    title: "two options exclude each other",
    why: "only one of them can be followed",
    fix: "pass one of them",
    blame,
  },
  "usage.duration": { title: "a value is no duration", why: loose, fix: "write it as 90s, 5m or 1h", blame },
  "usage.port": {
    title: "the port that was asked for is not to be had",
    why: "a server on another port than the one that was named would not be found",
    fix: "pass another number with --port, or none for any port that is free",
    blame,
  },
  "usage.speed": {
    title: "the speed of the sandbox is out of range",
    why: loose,
    fix: "pass a number from 0 (time stands still) to 3600 with --speed",
    blame,
  },
  "usage.rehearse": {
    title: "what is to be rehearsed is out of range",
    why: loose,
    fix: "see `dovetail rehearse --help` for what each option takes",
    blame,
  },
  "usage.emit": {
    title: "the format after --emit is not known",
    why: loose,
    fix: "pass one of the formats that the command's --help lists",
    blame,
  },
  "usage.explain": {
    title: "`explain` does not know what is asked about",
    why: "it explains findings, faults, pods, nodes and NodePools",
    fix: "write a code such as DV1007 or journal.held, or `pod NAMESPACE/NAME`, `node NAME`, `nodepool NAME`",
    blame,
  },
  "usage.guide": {
    title: "there is no guide of that name",
    why: loose,
    fix: "name one that `dovetail help guide` lists",
    blame,
  },
  "usage.identity": {
    title: "the value of --identity is not known",
    why: loose,
    fix: "pass irsa or pod-identity",
    blame,
  },
  "usage.journal": {
    title: "the journal that was named does not exist",
    why: "a report of a migration is made from its journal",
    fix: "pass the file that setup, install or migrate named",
    blame,
  },
  "usage.keep": {
    title: "a value of --keep is not GROUP=NUMBER",
    why: loose,
    fix: "write it as --keep system=2",
    blame,
  },
  "usage.no-out": {
    title: "no file to write was named",
    why: "a snapshot is a file; nothing is written to a place that nobody chose",
    fix: "pass --out FILE",
    blame,
  },
  "usage.no-reserved-instances": {
    title: "a discount is given without the reserved instances it belongs to",
    why: "the discount alone changes no bill",
    fix: "add --reserved-instances TYPE=COUNT",
    blame,
  },
  "usage.no-savings-plan": {
    title: "a discount is given without the Savings Plan it belongs to",
    why: "the discount alone changes no bill",
    fix: "add --savings-plan USD, the commitment per hour",
    blame,
  },
  "usage.no-terminal": {
    title: "a question has nobody to answer it",
    why: "the input is no terminal, and an unasked question is not a yes",
    fix: "pass the option that the question names",
    blame,
  },
  "usage.nodes": { title: "the value of --nodes is not known", why: loose, fix: "pass delete or keep", blame },
  "usage.number": {
    title: "a value is no whole number of at least 1",
    why: loose,
    fix: "pass a number such as 2",
    blame,
  },
  "usage.pools": {
    title: "manifests and a default pool were both asked for",
    why: "a default pool stands in where there are no manifests",
    fix: "pass --manifests or --default-pool",
    blame,
  },
  "usage.proxy": {
    title: "the proxy's address is none",
    why: "going around a proxy that was asked for could reach another machine, or nothing",
    fix: "write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
    blame,
  },
  "usage.purpose": {
    title: "there are no permissions under that name",
    why: loose,
    fix: "pass read, setup, install or migrate",
    blame,
  },
  "usage.sandbox": {
    title: "no sandbox has that name",
    why: "sandboxes are built in; there is no other place to look for one",
    fix: "name one that `dovetail sandbox list` shows",
    blame,
  },
  "usage.sandbox-action": {
    title: "the sandbox cannot do that",
    why: "it can be listed and begun anew",
    fix: "use list or reset",
    blame,
  },
  "usage.sandbox-schema": {
    title: "the sandbox's state was written by another version",
    why: "its fields may mean something else",
    fix: "remove the file to begin anew",
    blame,
  },
  "usage.sandbox-seed": {
    title: "the sandbox runs with another seed",
    why: "a world cannot change its chances after it began",
    fix: "remove the file to begin anew with this seed",
    blame,
  },
  "usage.seed": { title: "a seed is no whole number", why: loose, fix: "pass --seed 1", blame },
  "usage.seed-without-sandbox": {
    title: "a seed is given where nothing is simulated",
    why: "only a sandbox takes its chances from a seed",
    fix: "add --sandbox clean",
    blame,
  },
  "usage.several-sources": {
    title: "more than one source or cluster is named",
    why: "an answer about two clusters at once would be about neither",
    fix: "name one",
    blame,
  },
  "usage.to-stage": {
    title: "there is no such stage to roll back to",
    why: "a rollback ends after a stage of the plan",
    fix: "pass the number of a stage that `dovetail status` shows",
    blame,
  },
  "usage.wave": {
    title: "the value of --wave is neither a number of nodes nor a share",
    why: loose,
    fix: "write it as --wave 2 or --wave 25%",
    blame,
  },
  "usage.output": {
    title: "the answer has nothing to print in this form",
    why: "an empty answer would read as none",
    fix: "pass --output json",
    blame,
  },
  "usage.shell": {
    title: "there is no completion for this shell",
    why: loose,
    fix: "name bash, zsh, fish or powershell",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;
