import type { Json, JsonObject } from "../kube/objects.ts";
import type { Image } from "./draft.ts";
import { textAt } from "../kube/json.ts";

/** Which image a node group's nodes run, as Karpenter can select it. */
export interface ImageChoice {
  readonly image: Image;
  readonly arch: string | undefined;
  readonly os: "linux" | "windows";
  /** The version in the alias is the one that runs now. */
  readonly isPinned: boolean;
}

/** The image of an EKS managed node group by its `amiType`; undefined for `CUSTOM` and for types unknown here. */
export function managedImage(
  amiType: string,
  releaseVersion: string | undefined,
  kubernetesVersion: string | undefined,
): ImageChoice | undefined {
  const arch = /ARM_64/.test(amiType) ? "arm64" : "amd64";
  if (/^BOTTLEROCKET_.*FIPS/.test(amiType)) return bottlerocketFips(amiType, kubernetesVersion);
  const windows = /^WINDOWS_(CORE|FULL)_(2019|2022|2025)_x86_64$/.exec(amiType);
  if (windows !== null) return windowsImage(windows[1] === "FULL", windows[2] ?? "2022", kubernetesVersion);
  const family = managedFamily(amiType);
  if (family === undefined) return undefined;
  const version = aliasVersion(family, releaseVersion);
  return { image: alias(family, version ?? "latest"), arch, os: "linux", isPinned: version !== undefined };
}

/** The image that a launch template or launch configuration names, with what EC2 says about it where that was read. */
export function templateImage(imageId: string, described: JsonObject | undefined, familyHint: string): ImageChoice {
  const arch = archOf(textAt(described, "Architecture"));
  const os = textAt(described, "Platform") === "windows" || familyHint.startsWith("Windows") ? "windows" : "linux";
  const published = isAmazons(described) ? publishedAlias(textAt(described, "Name") ?? "") : undefined;
  if (published !== undefined) {
    const isWindows = published.startsWith("windows");
    return { image: aliasOf(published), arch, os: isWindows ? "windows" : os, isPinned: !isWindows };
  }
  const parameter = /^resolve:ssm:(.+)$/.exec(imageId)?.[1];
  const term = parameter === undefined ? { id: imageId } : { ssmParameter: parameter };
  const family = familyFromName(textAt(described, "Name") ?? parameter ?? "") ?? familyHint;
  return { image: { family, terms: [term] }, arch: arch ?? archFromName(parameter), os, isPinned: true };
}

/** An alias as given on the command line. */
export function aliasOf(text: string): Image {
  const [family = "", version = "latest"] = text.split("@");
  return alias(families[family.toLowerCase()] ?? family, version);
}

/** Whether the image is selected by alias, so that Karpenter keeps it up to date or pinned by version. */
export function isAlias(image: Image): boolean {
  return image.terms.some((term) => term["alias"] !== undefined);
}

const families: Readonly<Record<string, string>> = {
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
};

function alias(family: string, version: string): Image {
  return { family, terms: [{ alias: `${family.toLowerCase()}@${version}` }] };
}

function managedFamily(amiType: string): string | undefined {
  if (amiType.startsWith("AL2_")) return "AL2";
  if (amiType.startsWith("AL2023_")) return "AL2023";
  return amiType.startsWith("BOTTLEROCKET_") ? "Bottlerocket" : undefined;
}

// AL2 and AL2023 releases read `1.31.0-20240807`, Bottlerocket's `1.20.4-7af20e0e`.
function aliasVersion(family: string, release: string | undefined): string | undefined {
  const found = family === "Bottlerocket" ? /^(\d+\.\d+\.\d+)/.exec(release ?? "") : /-(\d{8})$/.exec(release ?? "");
  return found?.[1] === undefined ? undefined : `v${found[1]}`;
}

// The alias selects the standard variant only, so FIPS images are found by their public parameter.
function bottlerocketFips(amiType: string, version: string | undefined): ImageChoice | undefined {
  if (version === undefined) return undefined;
  const arch = /ARM_64/.test(amiType) ? "arm64" : "amd64";
  const variant = /NVIDIA/.test(amiType) ? `${version}-nvidia-fips` : `${version}-fips`;
  const machine = arch === "arm64" ? "arm64" : "x86_64";
  const ssmParameter = `/aws/service/bottlerocket/aws-k8s-${variant}/${machine}/latest/image_id`;
  return { image: { family: "Bottlerocket", terms: [{ ssmParameter }] }, arch, os: "linux", isPinned: false };
}

function windowsImage(isFull: boolean, year: string, version: string | undefined): ImageChoice | undefined {
  const family = `Windows${year}`;
  if (!isFull) return { image: alias(family, "latest"), arch: "amd64", os: "windows", isPinned: false };
  if (version === undefined) return undefined;
  const ssmParameter = `/aws/service/ami-windows-latest/Windows_Server-${year}-English-Full-EKS_Optimized-${version}/image_id`;
  return { image: { family, terms: [{ ssmParameter }] }, arch: "amd64", os: "windows", isPinned: false };
}

// Amazon publishes EKS images from one account per region and marks them with the owner alias.
function isAmazons(described: JsonObject | undefined): boolean {
  return textAt(described, "ImageOwnerAlias") === "amazon" || textAt(described, "OwnerId") === "602401143452";
}

function publishedAlias(name: string): string | undefined {
  const al2023 = /^amazon-eks-node-al2023-(?:x86_64|arm64)-(?:standard|nvidia|neuron)-[\d.]+-(v\d{8})$/.exec(name);
  if (al2023 !== null) return `al2023@${al2023[1]}`;
  const al2 = /^amazon-eks-(?:gpu-|arm64-)?node-[\d.]+-(v\d{8})$/.exec(name);
  if (al2 !== null) return `al2@${al2[1]}`;
  const bottlerocket = /^bottlerocket-aws-k8s-[\d.]+(?:-nvidia)?-(?:x86_64|aarch64)-(v\d+\.\d+\.\d+)-/.exec(name);
  if (bottlerocket !== null) return `bottlerocket@${bottlerocket[1]}`;
  const windows = /^Windows_Server-(2019|2022|2025)-English-Core-EKS_Optimized-/.exec(name);
  return windows === null ? undefined : `windows${windows[1]}@latest`;
}

function familyFromName(name: string): string | undefined {
  if (/al2023|amazon-linux-2023/i.test(name)) return "AL2023";
  if (/bottlerocket/i.test(name)) return "Bottlerocket";
  const windows = /windows_server-(2019|2022|2025)/i.exec(name);
  if (windows !== null) return `Windows${windows[1]}`;
  return /amazon-eks-(gpu-|arm64-)?node|amazon-linux-2\b/i.test(name) ? "AL2" : undefined;
}

function archOf(architecture: string | undefined): string | undefined {
  if (architecture === "x86_64") return "amd64";
  return architecture === "arm64" ? "arm64" : undefined;
}

function archFromName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (/arm64|aarch64/.test(name)) return "arm64";
  return /x86_64/.test(name) ? "amd64" : undefined;
}

/** The described image with that id, where the account was read. Undefined where it was not, or the account has no such image. */
export function describedImage(
  images: readonly JsonObject[] | undefined,
  id: Json | undefined,
): JsonObject | undefined {
  return images?.find((image) => image["ImageId"] === id);
}
