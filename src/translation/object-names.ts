import { checksum } from "../karpenter/names.ts";
import { trimmedEnd, trimmedOf } from "../kube/text.ts";

// A NodePool's name is also a label value on its nodes.
const maxName = 63;

/** A valid object name (RFC 1123) from a node group's, told apart by a checksum where letters were lost. */
function objectName(groupName: string): string {
  const letters = groupName.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
  const name = trimmedOf(
    letters.replace(/[.-]+/g, (run) => (run.includes(".") ? "-" : run)),
    "-",
  );
  if (name === "") return `group-${checksum(groupName)}`;
  return name.length <= maxName ? name : `${trimmedEnd(name.slice(0, maxName - 9), "-")}-${checksum(groupName)}`;
}

/** One name for several groups: what they have in common at the front, else the first one's. */
export function commonName(groupNames: readonly string[]): string {
  const names = groupNames.map(objectName).sort();
  const [first = "", last = ""] = [names[0], names.at(-1)];
  if (names.length < 2) return first;
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  const common = trimmedEnd(first.slice(0, length).replace(/(?<![-.])[-.]+[a-z0-9]{0,2}$/, ""), "-");
  return common.length >= 3 ? common : first;
}

/** Makes names unique in order; a later one that clashes gets a checksum of what it was made from. */
export function uniqueNames(wanted: readonly { readonly name: string; readonly from: string }[]): readonly string[] {
  const taken = new Set<string>();
  return wanted.map(({ name, from }) => {
    let unique = name;
    // Bounded by the number of names: each round tries another suffix.
    for (let round = 0; taken.has(unique) && round <= wanted.length; round++) {
      const suffix = `-${checksum(`${from}/${round}`)}`;
      unique = `${name.slice(0, maxName - suffix.length)}${suffix}`;
    }
    taken.add(unique);
    return unique;
  });
}
