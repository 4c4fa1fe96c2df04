import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import { defaultInstanceProfileOf } from "../../karpenter/installations.ts";
import { wasApplied } from "../../kube/imagine/scalers.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { convert, type Conversion } from "../../translation/convert/convert.ts";
import { isCurrent, isUnfinished } from "../../translation/convert/current.ts";
import { idOf } from "../../translation/convert/names.ts";
import type { ConvertOptions } from "../../translation/convert/types.ts";
import { bySeverity } from "../../translation/translate.ts";
import { validateManifests } from "../../manifests/validate.ts";

/** Converts the Karpenter objects of a snapshot or of manifest files to v1 and checks the result. */
export function convertSnapshot(snapshot: Snapshot, options: ConvertOptions = {}): Conversion {
  const { nodepools, ec2nodeclasses, provisioners, awsnodetemplates } = snapshot.objects;
  const objects: KubeObject[] = [nodepools, ec2nodeclasses, provisioners, awsnodetemplates].flatMap(
    (list) => list ?? [],
  );
  const profile = defaultInstanceProfileOf(snapshot.objects);
  const result = convert(objects, profile === undefined ? options : { defaultInstanceProfile: profile, ...options });
  // What calls itself v1 and was never on a cluster may be an older object under a new version.
  const converted = new Set(result.manifests.map(idOf));
  const asWritten = objects.filter(
    (one) => isCurrent(one) && !isUnfinished(one) && !wasApplied(one) && !converted.has(idOf(one)),
  );
  const violations = validateManifests([...result.manifests, ...asWritten]).map(({ object, path, rule, message }) =>
    makeFinding(translationFindings, "DV2031", object, { object, path, rule, message }),
  );
  return { ...result, findings: bySeverity([...violations, ...result.findings]) };
}
