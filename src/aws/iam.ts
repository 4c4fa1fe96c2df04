import { objectsAt, textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";

/** The service-linked role that spot instances need. */
export const spotRoleName = "AWSServiceRoleForEC2Spot";
/** The service that the spot role belongs to. */
export const spotService = "spot.amazonaws.com";

/** Names of the roles in an instance profile. */
export function rolesOfProfile(profile: JsonObject): readonly string[] {
  return objectsAt(profile, "Roles").flatMap((role) => textAt(role, "RoleName") ?? []);
}
