import { commands } from "../commands.ts";
import { type Candidate, directives, named, type Offer } from "./candidate.ts";

const nothing: Offer = { candidates: [], directive: directives.nothingElse };

/** What may stand as the next argument of a command, after those that stand there. */
export async function positional(command: string, places: readonly string[], current: string): Promise<Offer> {
  switch (command) {
    case "explain":
      return places.length === 0 ? explainable(current) : nothing;
    case "sandbox":
      if (places.length === 0) return named(["list", "reset", "serve"]);
      return places.length === 1 && (places[0] === "reset" || places[0] === "serve")
        ? named(await sampleNames())
        : nothing;
    case "help":
      return helpTopics(places);
    default:
      return nothing;
  }
}

/** The names of the built-in clusters. */
export async function sampleNames(): Promise<readonly string[]> {
  const { samples } = await import("../../twin/samples/build.ts");
  return [...samples.keys()];
}

async function explainable(current: string): Promise<Offer> {
  const kinds = ["pod", "node", "nodepool", "nodegroup"].map((word): Candidate => ({ word, means: "" }));
  const [{ allCodes, findKind }, { allFaultCodes, findFaultKind }] = await Promise.all([
    import("../../findings/registry.ts"),
    import("../../fault/registry.ts"),
  ]);
  // Codes are many: they are offered once something of one is typed.
  const isCode = /^d/i.test(current);
  const findings = isCode
    ? allCodes().map((word): Candidate => ({ word, means: findKind(word)?.kind.title ?? "" }))
    : [];
  const faults =
    current.length < 2 ? [] : allFaultCodes().map((word) => ({ word, means: findFaultKind(word)?.title ?? "" }));
  return { candidates: [...kinds, ...findings, ...faults], directive: directives.nothingElse };
}

async function helpTopics(places: readonly string[]): Promise<Offer> {
  const [topic] = places;
  if (topic === undefined) return named([...commands.map(({ name }) => name), "guide", "exit-codes"]);
  if (topic !== "guide" || places.length > 1) return nothing;
  const { guideNames } = await import("../guides.ts");
  return named(guideNames());
}
