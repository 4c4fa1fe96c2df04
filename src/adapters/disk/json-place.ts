const space = /[ \t\r\n]*/y;
const scalar =
  /"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Offset of the first mistake in JSON text, by the grammar of RFC 8259; the text's length when it ends too early. */
export function mistakeInJson(text: string): number {
  const open: ("{" | "[")[] = [];
  let wanted: "value" | "key" | "first-key" | "first-value" | "next" = "value";
  let at = 0;
  const skip = (): void => {
    space.lastIndex = at;
    space.exec(text);
    at = space.lastIndex;
  };
  for (;;) {
    skip();
    const char = text[at];
    if (char === undefined) return text.length;
    if (wanted === "next") {
      const top = open.at(-1);
      if (top === undefined) return at;
      if (char === ",") wanted = top === "{" ? "key" : "value";
      else if (char === (top === "{" ? "}" : "]")) open.pop();
      else return at;
      at += 1;
      continue;
    }
    if ((wanted === "first-key" && char === "}") || (wanted === "first-value" && char === "]")) {
      open.pop();
      at += 1;
      wanted = "next";
      continue;
    }
    if (wanted === "key" || wanted === "first-key") {
      if (char !== '"') return at;
      const end = endOfScalar(text, at);
      if (end === undefined) return at;
      at = end;
      skip();
      if (text[at] !== ":") return at;
      at += 1;
      wanted = "value";
      continue;
    }
    if (char === "{" || char === "[") {
      open.push(char);
      wanted = char === "{" ? "first-key" : "first-value";
      at += 1;
      continue;
    }
    const end = endOfScalar(text, at);
    if (end === undefined) return at;
    at = end;
    wanted = "next";
  }
}

function endOfScalar(text: string, at: number): number | undefined {
  scalar.lastIndex = at;
  return scalar.test(text) ? scalar.lastIndex : undefined;
}
