import { textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Facts } from "./facts.ts";
import { launchDataOf, roleOf, subnetsOf } from "./groups.ts";

/** One thing that is named and was not read. */
interface Unread {
  readonly scope: string;
  readonly detail: string;
}

/** What node groups name and nothing that was read describes, of one list of the account: a lookup that fails is no empty answer. */
export function namedUnread(facts: Facts, list: string): readonly Unread[] {
  const { account, nodeGroups } = facts;
  switch (list) {
    case "launchTemplateVersions":
      return nodeGroups.flatMap(({ name, unreadLaunch }) =>
        unreadLaunch === undefined
          ? []
          : [{ scope: `node group ${name}`, detail: `its ${unreadLaunch}, was not read` }],
      );
    case "roles": {
      const roles = nodeGroups.flatMap((group) => roleOf(group, account) ?? []);
      const known = (account?.roles ?? []).map(({ role }) => role);
      return absent(roles, known, { key: "RoleName", what: "role" });
    }
    case "subnets":
      return absent(nodeGroups.flatMap(subnetsOf), account?.subnets ?? [], { key: "SubnetId", what: "subnet" });
    case "images": {
      const images = nodeGroups.flatMap((group) => textAt(launchDataOf(group), "ImageId") ?? []);
      return absent(images, account?.images ?? [], { key: "ImageId", what: "image" });
    }
    default:
      return [];
  }
}

function absent(
  named: readonly string[],
  known: readonly JsonObject[],
  of: { readonly key: string; readonly what: string },
): readonly Unread[] {
  const ids = new Set(known.map((one) => textAt(one, of.key)));
  const left = [...new Set(named)].filter((id) => !ids.has(id)).toSorted();
  return left.map((id) => ({ scope: `${of.what} ${id}`, detail: "node groups name it, and it was not read" }));
}
