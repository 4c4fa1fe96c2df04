// Mirrors pkg/providers/amifamily/resolver.go of karpenter-provider-aws v1.14.1.
import { isKeyOf } from "../../kube/json.ts";
import type { QuantityText } from "../../kube/objects.ts";
import type { NodeClassSpec } from "./node-class.ts";

/** What differs between the families of node images (karpenter-provider-aws, `pkg/providers/amifamily`). */
export interface Family {
  readonly name: FamilyName;
  readonly windowsBuild?: string;
  /** kubeReserved memory follows the ENI formula whatever maxPods says. */
  readonly reservesMemoryByInterfaces: boolean;
  readonly honoursPodsPerCore: boolean;
  /** Pod density follows the network interfaces; Windows has 110. */
  readonly limitsPodsByInterfaces: boolean;
  readonly ephemeralDevice?: string;
  readonly ephemeralSize: QuantityText;
}

/** Families by their names in `spec.amiFamily`. */
export type FamilyName = "AL2" | "AL2023" | "Bottlerocket" | "Custom" | "Windows2019" | "Windows2022" | "Windows2025";

const linux = {
  reservesMemoryByInterfaces: true,
  honoursPodsPerCore: true,
  limitsPodsByInterfaces: true,
  ephemeralSize: "20Gi",
} as const;

function windows(name: FamilyName, windowsBuild: string): Family {
  return {
    name,
    windowsBuild,
    reservesMemoryByInterfaces: false,
    honoursPodsPerCore: true,
    limitsPodsByInterfaces: false,
    ephemeralDevice: "/dev/sda1",
    ephemeralSize: "50Gi",
  };
}

/** Every family by its name in `spec.amiFamily`. */
export const families: Readonly<Record<FamilyName, Family>> = {
  AL2: { name: "AL2", ...linux, ephemeralDevice: "/dev/xvda" },
  AL2023: { name: "AL2023", ...linux, ephemeralDevice: "/dev/xvda" },
  Bottlerocket: {
    name: "Bottlerocket",
    ...linux,
    reservesMemoryByInterfaces: false,
    honoursPodsPerCore: false,
    ephemeralDevice: "/dev/xvdb",
  },
  Custom: { name: "Custom", ...linux },
  Windows2019: windows("Windows2019", "10.0.17763"),
  Windows2022: windows("Windows2022", "10.0.20348"),
  Windows2025: windows("Windows2025", "10.0.26100"),
};

const byAlias: Readonly<Record<string, FamilyName>> = {
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
};

/** An alias term such as `al2023@latest`. */
export interface Alias {
  readonly family: FamilyName;
  readonly version: string;
}

/** The first alias among the image terms; undefined without one, or where it names no known family. */
export function familyAlias(spec: NodeClassSpec): Alias | undefined {
  const text = spec.amiSelectorTerms?.find((term) => (term.alias ?? "") !== "")?.alias;
  const [name = "", version, rest] = text?.split("@") ?? [];
  const family = byAlias[name];
  return family === undefined || version === undefined || rest !== undefined ? undefined : { family, version };
}

/** The family's name as written or implied; `Custom` when neither the field nor an alias says so. */
export function familyNameOf(spec: NodeClassSpec): string {
  return spec.amiFamily ?? familyAlias(spec)?.family ?? "Custom";
}

/** The family that decides; an unknown name is treated as AL2, as upstream does. */
export function familyOf(spec: NodeClassSpec): Family {
  const name = familyNameOf(spec);
  return isKeyOf(families, name) ? families[name] : families.AL2;
}
