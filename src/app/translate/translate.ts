import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { makeFinding, type Finding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { InstanceTypeFacts, TranslateInput, TranslateOptions } from "../../translation/input.ts";
import { translate } from "../../translation/translate.ts";
import type { Translation } from "../../translation/types.ts";
import { validateManifests, type Violation } from "../manifests/validate.ts";
import { codecs } from "./codecs.ts";

/** What discovery found in a snapshot. */
export interface Discovered {
  readonly nodeGroups: readonly NodeGroup[];
  readonly autoscalers: readonly AutoscalerInstallation[];
  /** Facts about instance types, where a catalogue is at hand. */
  readonly instanceType?: (name: string) => InstanceTypeFacts | undefined;
}

/** Translates the node groups of a snapshot and checks the manifests; what the CRDs would refuse is among the findings. */
export function translateDiscovered(
  snapshot: Snapshot,
  discovered: Discovered,
  options: TranslateOptions = {},
): Translation {
  return checked(translate(inputOf(snapshot, discovered), options), storedObjects(snapshot));
}

/** Adds a finding for each rule that a manifest breaks. */
export function checked(translation: Translation, stored: readonly KubeObject[] = []): Translation {
  const violations = validateManifests(translation.manifests, stored).map(violationFinding);
  return { ...translation, findings: [...violations, ...translation.findings] };
}

function inputOf(snapshot: Snapshot, discovered: Discovered): TranslateInput {
  const [autoscaler] = discovered.autoscalers;
  const { account, clusterName, kubernetesVersion, objects } = snapshot;
  return {
    nodeGroups: discovered.nodeGroups,
    codecs,
    ...(autoscaler === undefined ? {} : { autoscaler }),
    ...(account === undefined ? {} : { account }),
    ...(objects.nodes === undefined ? {} : { nodes: objects.nodes }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(discovered.instanceType === undefined ? {} : { instanceType: discovered.instanceType }),
  };
}

function storedObjects({ objects }: Snapshot): readonly KubeObject[] {
  return [...(objects.nodepools ?? []), ...(objects.ec2nodeclasses ?? [])];
}

function violationFinding(violation: Violation): Finding {
  const { object, path, rule, message } = violation;
  return makeFinding(translationFindings, "DV2031", object, { object, path, rule, message });
}
