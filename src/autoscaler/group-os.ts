// Our own: the real program has no such file.
import { objectAt, textAt } from "../kube/json.ts";
import type { JsonObject, Node } from "../kube/objects.ts";
import type { NodeGroup } from "./types.ts";

/** What tells the operating system of a group's nodes, as far as it was read. */
export interface OsSources {
  readonly images?: readonly JsonObject[];
  readonly nodes?: readonly Node[];
}

/**
 * Whether a group runs Windows, and by what that is known: EKS's image type, the image, the form of its user data, or its nodes; undefined
 * where nothing says so.
 */
export function windowsOf(group: NodeGroup, { images = [], nodes = [] }: OsSources): string | undefined {
  const amiType = textAt(group.nodegroup, "amiType");
  if (amiType?.startsWith("WINDOWS_") === true) return amiType;
  const launch = launchData(group);
  const id = textAt(launch, "ImageId");
  const image = images.find((one) => id !== undefined && textAt(one, "ImageId") === id);
  const name = textAt(image, "Name");
  if (/^windows$/i.test(textAt(image, "Platform") ?? "") || name?.startsWith("Windows_Server-") === true)
    return name ?? id;
  if (/<powershell>/i.test(textAt(launch, "UserData") ?? "")) return "a PowerShell script";
  const own = new Set(group.nodeNames);
  const node = nodes.find(
    ({ metadata }) => own.has(metadata.name) && metadata.labels?.["kubernetes.io/os"] === "windows",
  );
  return node === undefined ? undefined : (textAt(node.status?.nodeInfo, "osImage") ?? "Windows");
}

function launchData(group: NodeGroup): JsonObject {
  const data = objectAt(group.launchTemplateVersion, "LaunchTemplateData");
  return Object.keys(data).length > 0 ? data : (group.launchConfiguration ?? {});
}
