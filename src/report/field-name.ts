/** A field's name as people read it: without the wrappings that AWS puts around everything. */
export function shortField(field: string): string {
  return field
    .replace(/^eksctl\./, "")
    .replace("launchTemplate.LaunchTemplateData.", "launchTemplate.")
    .replace("MixedInstancesPolicy.LaunchTemplate.Overrides", "Overrides")
    .replace("MixedInstancesPolicy.InstancesDistribution", "InstancesDistribution");
}
