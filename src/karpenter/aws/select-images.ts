import type { RequirementSpec } from "../instance-type.ts";
import { labelKeys } from "../labels.ts";
import { tagFilters } from "./ec2-filters.ts";
import { aliasParameters, type ImageVariant } from "./image-parameters.ts";
import { type Alias, familyAlias } from "./families.ts";
import type { ImageStatus, ImageTerm, NodeClassSpec } from "./node-class.ts";
import type { DescribeInput, Ec2Image, SelectionSource } from "./selection-source.ts";
import { awsKey } from "./type-requirements.ts";

/** Images in status order, or why there are none. `isTerminal`: no retry helps. */
export type SelectedImages =
  | { readonly ok: true; readonly images: readonly ImageStatus[] }
  | { readonly ok: false; readonly reason: string; readonly isTerminal: boolean };

/** What the selection depends on besides the account. */
export interface ImageContext {
  /** `major.minor` of the control plane. */
  readonly kubernetesVersion: string;
  readonly nowMs: number;
}

interface ImageQuery {
  readonly input: DescribeInput;
  /** Requirements known by image id, where SSM told which image is for what. */
  readonly known: ReadonlyMap<string, readonly (readonly RequirementSpec[])[]>;
}

interface Candidate {
  readonly image: Ec2Image;
  readonly isDeprecated: boolean;
  readonly requirements: readonly RequirementSpec[];
}

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", arm64: "arm64" };

/**
 * The images of a NodeClass: one for each set of requirements, the one that is not deprecated, newest, of the greater name
 * (karpenter-provider-aws v1.14.1, `pkg/providers/amifamily/ami.go`).
 */
export function selectImages(spec: NodeClassSpec, source: SelectionSource, context: ImageContext): SelectedImages {
  const alias = familyAlias(spec);
  const found = alias === undefined ? termQueries(spec, source) : aliasQuery(alias, source, context.kubernetesVersion);
  if (!("queries" in found)) return { ok: false, ...found };
  const chosen = new Map<string, Candidate>();
  for (const query of found.queries) {
    for (const image of source.images(query.input)) {
      for (const candidate of candidatesOf(image, query, context.nowMs)) {
        const key = JSON.stringify(candidate.requirements);
        const before = chosen.get(key);
        if (before === undefined || isBetter(candidate, before)) chosen.set(key, candidate);
      }
    }
  }
  const list = Array.from(chosen.values()).toSorted(
    (a, b) =>
      seconds(b.image.CreationDate) - seconds(a.image.CreationDate) || (a.image.ImageId < b.image.ImageId ? -1 : 1),
  );
  return { ok: true, images: list.map(statusOf) };
}

type Queries = { readonly queries: readonly ImageQuery[] } | { readonly reason: string; readonly isTerminal: boolean };

function aliasQuery(alias: Alias, source: SelectionSource, kubernetesVersion: string): Queries {
  const minor = Number(kubernetesVersion.split(".")[1]);
  if (alias.family === "AL2" && minor >= 33) {
    const page = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html#kubernetes-1-33";
    return { reason: `AL2 aliases are no longer supported on EKS 1.33+ (see ${page})`, isTerminal: true };
  }
  if (alias.family === "Windows2025" && minor < 35) {
    const reason = `Windows Server 2025 requires EKS version 1.35 or higher, current version: ${kubernetesVersion}`;
    return { reason, isTerminal: true };
  }
  const known = new Map<string, readonly (readonly RequirementSpec[])[]>();
  for (const { name, variants } of aliasParameters(alias, kubernetesVersion)) {
    const id = source.parameter(name);
    if (id !== undefined) known.set(id, variants.map(variantRequirements));
  }
  if (known.size === 0) {
    const text = `${alias.family.toLowerCase()}@${alias.version}`;
    return { reason: `failed to discover any AMIs for alias (alias=${text})`, isTerminal: false };
  }
  return { queries: [{ input: imagesInput([{ Name: "image-id", Values: Array.from(known.keys()) }]), known }] };
}

function termQueries(spec: NodeClassSpec, source: SelectionSource): Queries {
  const queries: ImageQuery[] = [];
  const ids: string[] = [];
  for (const term of spec.amiSelectorTerms ?? []) {
    if ((term.id ?? "") !== "") ids.push(term.id ?? "");
    else if ((term.ssmParameter ?? "") !== "") {
      const id = source.parameter(term.ssmParameter ?? "");
      // A parameter that holds no image id is passed over.
      if (id?.startsWith("ami-") === true) ids.push(id);
    } else queries.push({ input: termInput(term), known: new Map() });
  }
  if (ids.length > 0) queries.push({ input: imagesInput([{ Name: "image-id", Values: ids }]), known: new Map() });
  return { queries };
}

// By name only images of one's own and Amazon's, unless the term says whose.
function termInput(term: ImageTerm): DescribeInput {
  const hasName = (term.name ?? "") !== "";
  const owners = (term.owner ?? "") !== "" ? [term.owner ?? ""] : hasName ? ["self", "amazon"] : [];
  const name = hasName ? [{ Name: "name", Values: [term.name ?? ""] }] : [];
  return imagesInput([...name, ...tagFilters(term.tags)], owners);
}

function imagesInput(filters: DescribeInput["Filters"], owners: readonly string[] = []): DescribeInput {
  return {
    Filters: [...filters, { Name: "state", Values: ["available"] }],
    ...(owners.length === 0 ? {} : { Owners: owners }),
    IncludeDeprecated: true,
    MaxResults: 1000,
  };
}

function candidatesOf(image: Ec2Image, query: ImageQuery, nowMs: number): Candidate[] {
  const arch = architectures[image.Architecture];
  if (arch === undefined) return [];
  const own: RequirementSpec = { key: labelKeys.arch, operator: "In", values: [arch] };
  const isDeprecated =
    image.DeprecationTime !== undefined && seconds(image.DeprecationTime) <= Math.floor(nowMs / 1000);
  return (query.known.get(image.ImageId) ?? [[]]).map((known) => ({
    image,
    isDeprecated,
    requirements: [...known, own].toSorted((a, b) => a.key.length - b.key.length || (a.key < b.key ? -1 : 1)),
  }));
}

function isBetter(candidate: Candidate, before: Candidate): boolean {
  if (candidate.isDeprecated !== before.isDeprecated) return before.isDeprecated;
  const [mine, theirs] = [seconds(candidate.image.CreationDate), seconds(before.image.CreationDate)];
  return mine === theirs ? candidate.image.Name > before.image.Name : mine > theirs;
}

function seconds(date: string | undefined): number {
  return date === undefined || date === "" ? Number.NEGATIVE_INFINITY : Math.floor(Date.parse(date) / 1000);
}

function statusOf({ image, isDeprecated, requirements }: Candidate): ImageStatus {
  return { id: image.ImageId, name: image.Name, ...(isDeprecated ? { deprecated: true } : {}), requirements };
}

function variantRequirements(variant: ImageVariant): readonly RequirementSpec[] {
  const gpu = awsKey("instance-gpu-count");
  const accelerator = awsKey("instance-accelerator-count");
  switch (variant.kind) {
    case "standard":
      return [
        { key: gpu, operator: "DoesNotExist" },
        { key: accelerator, operator: "DoesNotExist" },
      ];
    case "nvidia":
      return [{ key: gpu, operator: "Exists" }];
    case "neuron":
      return [{ key: accelerator, operator: "Exists" }];
    case "windows":
      return [
        { key: labelKeys.os, operator: "In", values: ["windows"] },
        { key: labelKeys.windowsBuild, operator: "In", values: [variant.build] },
      ];
  }
}
