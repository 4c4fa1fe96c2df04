/** Where reading stands in a shell script, and the words of it: quotes taken off, known variables filled in. */
export class ShellCursor {
  readonly text: string;
  readonly #variables: ReadonlyMap<string, string>;
  at = 0;
  /** From 1. */
  line = 1;

  constructor(text: string, variables: ReadonlyMap<string, string>) {
    this.text = text;
    this.#variables = variables;
  }

  /** The next character of a word, or the next quoted or expanded part of it. */
  readPart(): string {
    const character = this.text[this.at] ?? "";
    if (character === "'") return this.#readSingle();
    if (character === '"') return this.#readDouble();
    if (character === "\\") {
      const next = this.text[this.at + 1] ?? "";
      this.skip(2);
      return next === "\n" ? "" : next;
    }
    if (character === "$" || character === "`") return this.#readExpansion();
    this.skip(1);
    return character;
  }

  #readSingle(): string {
    const from = this.at + 1;
    this.skip(1);
    this.skipTo("'");
    const part = this.text.slice(from, this.at);
    this.skip(1);
    return part;
  }

  #readDouble(): string {
    let part = "";
    this.skip(1);
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const character = this.text[this.at] ?? "";
      const next = this.text[this.at + 1] ?? "";
      if (character === "\\" && '"\\$`\n'.includes(next)) {
        if (next !== "\n") part += next;
        this.skip(2);
      } else if (character === "$" || character === "`") part += this.#readExpansion();
      else {
        part += character;
        this.skip(1);
      }
    }
    this.skip(1);
    return part;
  }

  // `$NAME` and `${NAME}` of a known variable are its value; everything else stays as it is written.
  #readExpansion(): string {
    const text = this.text;
    const from = this.at;
    if (text[from] === "`") {
      this.skip(1);
      this.skipTo("`");
      this.skip(1);
      return text.slice(from, this.at);
    }
    const [whole = "", braced, bare] =
      /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(text.slice(from, from + 200)) ?? [];
    if (whole !== "") {
      this.skip(whole.length);
      return this.#variables.get(braced ?? bare ?? "") ?? whole;
    }
    const close = { "(": ")", "{": "}" }[text[from + 1] ?? ""];
    if (close === undefined) {
      this.skip(1);
      return "$";
    }
    this.skip(1);
    this.skipBalanced(text[from + 1] ?? "", close);
    return text.slice(from, this.at);
  }

  /** Goes behind the closing mark of the one that stands here. */
  skipBalanced(open: string, close: string): void {
    let depth = 0;
    while (this.at < this.text.length) {
      const character = this.text[this.at] ?? "";
      if (character === "'" && open === "(") {
        this.skip(1);
        this.skipTo("'");
      } else if (character === "\\") this.skip(1);
      else if (character === open) depth += 1;
      else if (character === close) depth -= 1;
      this.skip(1);
      if (depth === 0) return;
    }
  }

  /** Goes on by so many characters. */
  skip(count: number): void {
    for (let i = 0; i < count; i += 1) if (this.text[this.at + i] === "\n") this.line += 1;
    this.at += count;
  }

  /** Goes on to the next such character, or to the end. */
  skipTo(character: string): void {
    const found = this.text.indexOf(character, this.at);
    this.skip((found < 0 ? this.text.length : found) - this.at);
  }
}
