import type { Json, JsonObject } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { aliasOf, managedImage, templateImage } from "./image.ts";
import { defined, flagAt, listAt, numberAt, textAt } from "../kube/json.ts";
import type { Document } from "./ledger.ts";
import { setImage } from "./managed.ts";

const aliases: Readonly<Record<string, string>> = {
  AmazonLinux2: "al2",
  AmazonLinux2023: "al2023",
  Bottlerocket: "bottlerocket",
  WindowsServer2019CoreContainer: "windows2019",
  WindowsServer2022CoreContainer: "windows2022",
  WindowsServer2025CoreContainer: "windows2025",
};

/** Image family, or an image by its id. */
export function takeFamily(draft: Draft, facts: Facts, document: Document): void {
  const family = textAt(document.content, "amiFamily") ?? "AmazonLinux2023";
  const alias = aliases[family];
  const os = family.startsWith("Windows") ? "windows" : "linux";
  const ami = textAt(document.content, "ami");
  const to = "EC2NodeClass spec.amiSelectorTerms";
  if (ami?.startsWith("ami-") === true) {
    const choice = templateImage(ami, undefined, alias === undefined ? "Custom" : aliasOf(alias).family);
    setImage(draft, facts, { ...choice, os });
    draft.isImageById = draft.image === choice.image;
    document.kept("ami", `${to}[].id`);
    document.kept("amiFamily", "EC2NodeClass spec.amiFamily");
    return;
  }
  const image = alias === undefined ? { family: "Custom", terms: [] } : aliasOf(`${alias}@latest`);
  const release = managedImage(
    `${(alias ?? "al2023").toUpperCase()}_x86_64`,
    textAt(document.content, "releaseVersion"),
    undefined,
  );
  const isPinned = release?.isPinned === true && alias !== undefined && os === "linux";
  setImage(draft, facts, { image: isPinned ? release.image : image, arch: undefined, os, isPinned });
  document.kept("amiFamily", to);
  document.kept("releaseVersion", to);
  document.kept("ami", to);
}

/** The root volume and further ones. */
export function takeVolume(draft: Draft, document: Document): void {
  const { content } = document;
  const to = "EC2NodeClass spec.blockDeviceMappings";
  const fields = [
    "volumeSize",
    "volumeType",
    "volumeEncrypted",
    "volumeKmsKeyID",
    "volumeIOPS",
    "volumeThroughput",
    "volumeName",
  ];
  for (const field of fields) document.kept(field, to);
  const family = draft.image?.family ?? "AL2023";
  const device = family === "Bottlerocket" ? "/dev/xvdb" : family.startsWith("Windows") ? "/dev/sda1" : "/dev/xvda";
  const ebs = ebsOf(content);
  const root = { deviceName: textAt(content, "volumeName") ?? device, ebs };
  const further = listAt(content, "additionalVolumes").map((volume) => ({
    deviceName: textAt(volume, "volumeName") ?? "/dev/xvdf",
    ebs: ebsOf(volume),
  }));
  document.kept("additionalVolumes", to);
  draft.nodeClass["blockDeviceMappings"] = [root, ...further];
}

function ebsOf(volume: Json): JsonObject {
  return defined({
    volumeSize: `${numberAt(volume, "volumeSize") ?? 80}Gi`,
    volumeType: textAt(volume, "volumeType") ?? "gp3",
    deleteOnTermination: true,
    encrypted: flagAt(volume, "volumeEncrypted"),
    kmsKeyID: textAt(volume, "volumeKmsKeyID"),
    iops: numberAt(volume, "volumeIOPS"),
    throughput: numberAt(volume, "volumeThroughput"),
    snapshotID: textAt(volume, "snapshotID"),
  });
}
