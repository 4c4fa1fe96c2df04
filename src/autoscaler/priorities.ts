/**
 * Whether a Go expression (RE2) of the priority expander's ConfigMap is found anywhere in a group's name; undefined when it is not an
 * expression at all. RE2 has little that JavaScript lacks: inline flags at the start, `\A`, `\z`, `(?P<name>`, POSIX classes and `\Q…\E`.
 */
export function matchesExpression(expression: string, name: string): boolean | undefined {
  const flags = /^\(\?([imsU]+)\)/.exec(expression);
  const source = (flags === null ? expression : expression.slice(flags[0].length))
    .replaceAll(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\[:(\w+):\]/g, (whole, kind: string) => posixClasses[kind] ?? whole);
  // RE2 knows neither of these, so Go refuses the whole ConfigMap over them.
  if (/\(\?<?[=!]|\\[1-9]/.test(source)) return undefined;
  try {
    return new RegExp(source, (flags?.[1] ?? "").replaceAll("U", "")).test(name);
  } catch {
    return undefined;
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  punct: "!-\\/:-@[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};
