import { nameOfArn } from "../aws/arn.ts";
import { extraPolicies } from "../aws/node-role.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { karpenterNames } from "../karpenter/names.ts";
import type { Draft, Role } from "./draft.ts";
import { type Facts } from "./facts.ts";
import { listAt, textAt } from "../kube/json.ts";
import type { Document, Path } from "./ledger.ts";

/** The role that a node group's nodes have now. */
export interface OldRole {
  readonly role: string | undefined;
  readonly instanceProfile: string | undefined;
  readonly where: readonly [Document, Path];
}

/** Chooses the nodes' role: the one that `setup` makes, the old one, or one named by the user. */
export function takeRole(draft: Draft, facts: Facts, old: OldRole): void {
  const [document, path] = old.where;
  const oldRole = old.role ?? roleOfProfile(facts, old.instanceProfile);
  const chosen = chooseRole(facts, oldRole, old.instanceProfile);
  draft.role = chosen;
  const isKept = "role" in chosen ? chosen.role === oldRole : chosen.instanceProfile === old.instanceProfile;
  if (isKept)
    return document.kept(path, "role" in chosen ? "EC2NodeClass spec.role" : "EC2NodeClass spec.instanceProfile");
  document.changed(path, {
    to: "EC2NodeClass spec.role",
    becomes: "role" in chosen ? chosen.role : chosen.instanceProfile,
    why: "setup makes a role for Karpenter's nodes, so that the old group can go with its own",
  });
  const extra = extraOf(facts, oldRole);
  if (oldRole === undefined || extra.length === 0) return;
  const about = { nodeGroup: draft.nodeGroup.name, role: oldRole, policies: extra };
  draft.ledger.find(makeFinding(translationFindings, "DV2021", `nodegroup/${draft.nodeGroup.name}`, about));
}

/** The role where no document named one. */
export function defaultRole(facts: Facts): Role {
  return chooseRole(facts, undefined, undefined);
}

function chooseRole({ input, options }: Facts, oldRole: string | undefined, profile: string | undefined): Role {
  const wish = options.nodeRole ?? "setup";
  if (wish === "keep" && oldRole !== undefined) return { role: oldRole };
  if (wish === "keep" && profile !== undefined) return { instanceProfile: profile };
  if (wish !== "setup" && wish !== "keep") return { role: wish };
  if (input.clusterName !== undefined) return { role: karpenterNames(input.clusterName).nodeRole };
  if (oldRole !== undefined) return { role: oldRole };
  return profile === undefined ? { role: "KarpenterNodeRole" } : { instanceProfile: profile };
}

function roleOfProfile({ input }: Facts, profile: string | undefined): string | undefined {
  const found = (input.account?.instanceProfiles ?? []).find((item) => item["InstanceProfileName"] === profile);
  const first = listAt(found, "Roles")[0];
  return typeof first === "string" ? nameOfArn(first) : textAt(first, "RoleName");
}

function extraOf({ input }: Facts, roleName: string | undefined): readonly { name: string; use: string | null }[] {
  const facts = (input.account?.roles ?? []).find((item) => item.role["RoleName"] === roleName);
  if (facts === undefined) return [];
  return extraPolicies(facts).map(({ name, use }) => ({ name, use: use ?? null }));
}
