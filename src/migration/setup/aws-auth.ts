import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from "yaml";
import { Fault } from "../../fault/fault.ts";

/** What EKS must know about a node role: under which name and in which groups its nodes appear. */
export interface RoleMapping {
  readonly roleArn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/** How nodes of a role introduce themselves. aws-auth knows role ARNs without their path. */
export function nodeMapping(roleArn: string, isWindows: boolean): RoleMapping {
  const groups = ["system:bootstrappers", "system:nodes"];
  if (isWindows) groups.push("eks:kube-proxy-windows");
  return {
    roleArn: roleArn.replace(/:role\/.*\//, ":role/"),
    username: "system:node:{{EC2PrivateDNSName}}",
    groups,
  };
}

/** Groups under which a role stands in `mapRoles`; undefined when it does not stand there. */
export function groupsOfRole(mapRoles: string | undefined, roleArn: string): readonly string[] | undefined {
  const plain = nodeMapping(roleArn, false).roleArn;
  for (const entry of entriesOf(parsed(mapRoles ?? ""))) {
    if (entry.roleArn === plain) return entry.groups;
  }
  return undefined;
}

/**
 * `mapRoles` with one more entry, every other byte as it was: comments, order, quoting and unknown entries stay.
 *
 * Throws `setup.aws-auth` when the text is no list of mappings or cannot be extended safely; nothing is lost by guessing.
 */
export function withRole(mapRoles: string | undefined, mapping: RoleMapping): string {
  const text = mapRoles ?? "";
  const document = parsed(text);
  const result = extended(text, document, mapping);
  const before = entriesOf(document);
  const after = entriesOf(parsed(result));
  const isOneMore = JSON.stringify(after.slice(0, -1)) === JSON.stringify(before);
  if (!isOneMore || after.at(-1)?.roleArn !== mapping.roleArn) throw unsafe(mapping);
  return result;
}

/** Takes the entry away that `withRole` added, leaving what others wrote since. Undefined when it is not there any more as it was added. */
export function withoutRole(current: string, before: string | undefined, mapping: RoleMapping): string | undefined {
  const added = withRole(before, mapping);
  if (current === added) return before ?? "";
  for (const entry of [blockEntry(mapping, indentOf(before ?? "")), `, ${flowEntry(mapping)}`]) {
    const at = current.indexOf(entry);
    if (at < 0) continue;
    const result = current.slice(0, at) + current.slice(at + entry.length);
    if (groupsOfRole(result, mapping.roleArn) === undefined) return result;
  }
  return undefined;
}

function extended(text: string, document: Document, mapping: RoleMapping): string {
  const list = document.contents;
  if (text.trim() === "" || list === null || (isScalar(list) && list.value === null)) {
    return joined(text, blockEntry(mapping, ""));
  }
  if (!isSeq(list)) throw unsafe(mapping);
  if (list.flow === true) return intoFlow(text, list, mapping);
  return joined(text, blockEntry(mapping, indentOf(text)));
}

// A flow list is rewritten inside its own brackets; an empty one becomes a block list where it stands alone.
function intoFlow(text: string, list: YAMLSeq, mapping: RoleMapping): string {
  const end = list.range?.[1];
  if (end === undefined) throw unsafe(mapping);
  const close = text.lastIndexOf("]", end);
  if (close < 0) throw unsafe(mapping);
  const separator = list.items.length === 0 ? "" : ", ";
  return text.slice(0, close).trimEnd() + separator + flowEntry(mapping) + text.slice(close);
}

function joined(text: string, entry: string): string {
  if (text === "" || text.endsWith("\n")) return text + entry;
  return `${text}\n${entry.replace(/\n$/, "")}`;
}

function blockEntry(mapping: RoleMapping, indent: string): string {
  const lines = [
    `- rolearn: ${mapping.roleArn}`,
    `  username: ${mapping.username}`,
    "  groups:",
    ...mapping.groups.map((group) => `  - ${group}`),
  ];
  return lines.map((line) => `${indent}${line}\n`).join("");
}

function flowEntry(mapping: RoleMapping): string {
  const groups = mapping.groups.map((group) => `"${group}"`).join(", ");
  return `{rolearn: "${mapping.roleArn}", username: "${mapping.username}", groups: [${groups}]}`;
}

/** Indentation of the list's dashes. */
function indentOf(text: string): string {
  return /^([ ]*)- /m.exec(text)?.[1] ?? "";
}

function parsed(text: string): Document {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem === undefined) return document;
  throw new Fault(
    "setup.aws-auth",
    `kube-system/aws-auth holds a mapRoles that is not YAML: ${firstLine(problem.message)}`,
    {
      why: "editing it without understanding it could lock nodes out of the cluster",
      hint: "correct the ConfigMap by hand, then run this again",
    },
  );
}

function entriesOf(document: Document): readonly { readonly roleArn: string; readonly groups: readonly string[] }[] {
  const list = document.contents;
  if (!isSeq(list)) return [];
  return list.items.map((item) => {
    if (!isMap(item)) return { roleArn: "", groups: [] };
    const groups = item.get("groups");
    const names = isSeq(groups) ? groups.items.map((one) => textOf(isScalar(one) ? one.value : one)) : [];
    return { roleArn: textOf(item.get("rolearn")), groups: names };
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function unsafe(mapping: RoleMapping): Fault {
  return new Fault(
    "setup.aws-auth",
    "kube-system/aws-auth holds a mapRoles that cannot be extended without rewriting it",
    {
      why: "rewriting would lose comments or entries that others rely on",
      hint: `add role ${mapping.roleArn} with groups ${mapping.groups.join(", ")} by hand, then run this again`,
    },
  );
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
