import { defineFindings } from "./finding.ts";
import { shortValue as short } from "./short-value.ts";

interface AboutGroup {
  readonly nodeGroup: string;
}

interface HiddenEdit {
  readonly place: string;
  readonly file: string;
  readonly settings: readonly string[];
}

interface AboutLine extends AboutGroup {
  /** `line 5`, `runcmd[2]`, a path. */
  readonly place: string;
  readonly text: string;
  readonly family: string;
  readonly instead: string;
}

/** What `translate` has to say about what node groups run at boot. */
export const userDataFindings = defineFindings({
  DV2010: {
    severity: "warning",
    title: "the order in user data changes",
    why:
      "Karpenter puts its own bootstrap after all user data, so commands that followed the bootstrap " +
      "now run before the kubelet starts.",
    say: (d: AboutGroup & { readonly lines: number }) =>
      `${d.nodeGroup}: ${d.lines} ${d.lines === 1 ? "line" : "lines"} of user data came after the bootstrap call`,
    fix: () => "move what needs a running kubelet into a DaemonSet or a systemd unit ordered after kubelet.service",
  },
  DV2014: {
    severity: "warning",
    title: "user data could not be read",
    why:
      "Labels, taints and kubelet settings in it were not found. It is passed on as it is, and the program on the node " +
      "that it is for will not read it either.",
    say: (d: AboutGroup & { readonly format: string; readonly message: string }) =>
      `${d.nodeGroup}: its ${d.format} user data is malformed: ${d.message}`,
    fix: () => "correct the launch template's user data and translate again",
  },
  DV2015: {
    severity: "error",
    title: "user data holds a secret that was not copied",
    why: "Dovetail reads user data with secrets taken out, so nodes would boot with the mark in the secret's place.",
    say: (d: AboutGroup & { readonly places: number }) =>
      `${d.nodeGroup}: ${d.places === 1 ? "one value" : `${d.places} values`} in its user data ${d.places === 1 ? "is" : "are"} <redacted>`,
    fix: () =>
      "let the node fetch the secret at boot (SSM, Secrets Manager), or fill it in by hand where <redacted> stands",
  },
  DV2032: {
    severity: "error",
    title: "user data cannot be unpacked",
    why: "Nobody can tell what it does, and Karpenter merges text: nodes would start without it.",
    say: (d: AboutGroup & { readonly mediaType: string; readonly reason: string }) =>
      `${d.nodeGroup}: a part of its user data (${d.mediaType}) is lost: ${d.reason}`,
    fix: () => "write the part into spec.userData as plain text, from the source that it was packed from",
  },
  DV2033: {
    severity: "warning",
    title: "a line of user data needs what the new image does not have",
    why:
      "EKS images of Amazon Linux 2 and of 2023 start the kubelet in different ways: a script for one fails on the " +
      "other, or changes a file that nothing reads.",
    say: (d: AboutLine & { readonly name: string; readonly isFatal: boolean }) =>
      `${d.nodeGroup}: ${d.place} of its user data (${short(d.text)}) needs ${d.name}, which ${d.family} does not have` +
      (d.isFatal ? ", and the script ends where a command fails" : ""),
    fix: (d: AboutLine) => `${d.instead}; then remove the line from spec.userData`,
  },
  DV2034: {
    severity: "warning",
    title: "kubelet settings are hidden in a script",
    why:
      "Karpenter plans with what NodePool and EC2NodeClass say. A script that edits the bootstrap changes the " +
      "kubelet behind its back, and Karpenter's own call passes arguments over it.",
    say: (d: AboutGroup & { readonly edits: readonly HiddenEdit[]; readonly outcome: string }) =>
      `${d.nodeGroup}: ${d.edits
        .map(
          ({ place, file, settings }) =>
            `${place} edits ${file}${settings.length === 0 ? "" : ` (${settings.join(", ")})`}`,
        )
        .join(", ")}; ${d.outcome}`,
    fix: (d: { readonly isGone: boolean }) =>
      d.isGone
        ? "check the fields in EC2NodeClass and NodePool"
        : "check the fields in EC2NodeClass and NodePool, then remove the lines from spec.userData",
  },
  DV2035: {
    severity: "warning",
    title: "lines of user data have no effect",
    why: "They were written for another image or for another way to start the kubelet, and nothing reads what they set.",
    say: (
      d: AboutGroup & {
        readonly family: string;
        readonly lines: readonly { readonly place: string; readonly text: string }[];
      },
    ) =>
      `${d.nodeGroup}: on ${d.family} nothing reads ${d.lines.map(({ place, text }) => `${place} (${short(text)})`).join(", ")}`,
    fix: () =>
      "if the settings are wanted, write them in EC2NodeClass.spec.kubelet, where they would take effect for the first time; else remove the lines",
  },
  DV2036: {
    severity: "info",
    title: "a part of user data decides at boot what it does",
    why: "Labels, taints and kubelet settings that it makes cannot be found, so Karpenter does not know of them.",
    say: (d: AboutGroup & { readonly mediaType: string }) =>
      `${d.nodeGroup}: a part of type ${d.mediaType} is passed on as it is`,
    fix: () =>
      "look at what it loads or fills in; write labels, taints and kubelet settings into NodePool and EC2NodeClass",
  },
  DV2039: {
    severity: "warning",
    title: "what a node group launches with was not read",
    why:
      "A launch template sets user data, disks, network and metadata options. None of it is in the translation, and nodes " +
      "that Karpenter makes start without it.",
    say: (d: AboutGroup & { readonly launch: string }) =>
      `${d.nodeGroup}: its ${d.launch}, was not read; nothing of it is in the translation`,
    fix: () =>
      "translate from the live cluster with ec2:DescribeLaunchTemplateVersions and autoscaling:DescribeLaunchConfigurations " +
      "granted, or put the output of `aws ec2 describe-launch-template-versions` beside the other files",
  },
});
