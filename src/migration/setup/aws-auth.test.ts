import { describe, expect, test } from "vitest";
import { groupsOfRole, nodeMapping, withoutRole, withRole } from "./aws-auth.ts";

const arn = "arn:aws:iam::111122223333:role/KarpenterNodeRole-shop";
const mapping = nodeMapping(arn, false);

const texts: readonly (readonly [string, string | undefined])[] = [
  ["nothing", undefined],
  ["an empty text", ""],
  ["an empty flow list", "[]\n"],
  [
    "a block list with comments",
    "# who may join\n- rolearn: arn:aws:iam::1:role/a # first\n  groups: [x]\n  username: 'u'\n# the end\n",
  ],
  ["an indented list", "  - groups:\n      - system:nodes\n    rolearn: arn:aws:iam::1:role/a\n    username: u\n"],
  ["a list without a last newline", "- rolearn: arn:aws:iam::1:role/a\n  username: u\n  extra: kept"],
  ["a flow list", '[{rolearn: "arn:aws:iam::1:role/a", username: u, groups: [g]}]'],
  ["JSON over lines", '[\n  {"rolearn": "arn:aws:iam::1:role/a", "username": "u", "groups": ["g"]}\n]\n'],
];

describe("aws-auth", () => {
  test.each(texts)("gains an entry and loses it again byte for byte: %s", (_name, before) => {
    const after = withRole(before, mapping);
    expect(groupsOfRole(after, arn)).toEqual(["system:bootstrappers", "system:nodes"]);
    expect(withoutRole(after, before, mapping)).toBe(before ?? "");
  });

  test("keeps every line that was there, in its place", () => {
    const before = "# who may join\n- rolearn: arn:aws:iam::1:role/a # first\n  groups: [x]\n# the end\n";
    expect(withRole(before, mapping).startsWith(before)).toBe(true);
  });

  test("takes only its own entry away when others added theirs since", () => {
    const before = "- rolearn: arn:aws:iam::1:role/a\n  username: u\n";
    const others = "- rolearn: arn:aws:iam::1:role/b\n  username: v\n";
    expect(withoutRole(withRole(before, mapping) + others, before, mapping)).toBe(before + others);
  });

  test("does not touch an entry that others changed", () => {
    const changed = withRole("", mapping).replace("system:nodes", "system:masters");
    expect(withoutRole(changed, "", mapping)).toBeUndefined();
  });

  test("refuses text that is no list", () => {
    expect(() => withRole("rolearn: x\n", mapping)).toThrow(/cannot be extended/);
    expect(() => withRole("- a: [\n", mapping)).toThrow(/not YAML/);
  });

  test("drops the path from a role's ARN", () => {
    expect(nodeMapping("arn:aws:iam::1:role/teams/x/node", true)).toEqual({
      roleArn: "arn:aws:iam::1:role/node",
      username: "system:node:{{EC2PrivateDNSName}}",
      groups: ["system:bootstrappers", "system:nodes", "eks:kube-proxy-windows"],
    });
  });
});
