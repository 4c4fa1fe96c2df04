import { ShellCursor } from "./shell-words.ts";

/** A simple command of a shell script: where it stands, and its words with quotes taken off and known variables filled in. */
export interface Command {
  readonly start: number;
  /** Behind its last word or redirection. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly words: readonly string[];
  /** An `if`, a loop, a function or a list in parentheses holds it. */
  readonly isNested: boolean;
  /** Another command stands before it on its line. */
  readonly isJoined: boolean;
  /** When it fails, the script ends: `-e` in the first line, or by `set`. */
  readonly isFatal: boolean;
}

/** A shell script as far as it can be known before it runs. */
export interface Script {
  readonly commands: readonly Command[];
  /** Variables with one value that stands in the script, and those of them that are exported. */
  readonly variables: ReadonlyMap<string, string>;
  readonly exported: ReadonlySet<string>;
}

const openers = new Set(["if", "while", "until", "for", "select", "case", "{", "function"]);
const closers = new Set(["fi", "done", "esac", "}"]);
const between = new Set(["then", "do", "else", "elif", "in", "!", "time"]);

/**
 * Reads a script's simple commands in their order, in time linear in its length. Quotes, continued lines, comments, here-documents,
 * substitutions and compound commands are told apart; nothing is run, so a value that the node computes stays written as it is.
 */
export function readScript(text: string): Script {
  return new ShellReader(text).read();
}

/** Whether text holds something that a shell fills in when the node boots. */
export function hasVariable(text: string): boolean {
  return /\$[A-Za-z0-9_({@*?#]|`/.test(text);
}

class ShellReader {
  readonly #cursor: ShellCursor;
  readonly #commands: Command[] = [];
  readonly #variables = new Map<string, string>();
  readonly #unknown = new Set<string>();
  readonly #exported = new Set<string>();
  readonly #open: string[] = [];
  readonly #documents: { readonly mark: string; readonly isIndented: boolean }[] = [];
  #endsOnError: boolean;
  #words: string[] = [];
  #word: string | undefined;
  /** Where each word begins, and on which line. */
  #starts: { readonly at: number; readonly line: number }[] = [];
  /** A list, pipe or background mark stood before the command on its line. */
  #isJoined = false;

  constructor(text: string) {
    this.#cursor = new ShellCursor(text, this.#variables);
    this.#endsOnError = /^#!\s*\S*sh\b[^\n]*\s-[a-zA-Z]*e/.test(text);
  }

  read(): Script {
    while (this.#cursor.at < this.#cursor.text.length) this.#step();
    this.#flush();
    return { commands: this.#commands, variables: this.#variables, exported: this.#exported };
  }

  #step(): void {
    const text = this.#cursor.text;
    const character = text[this.#cursor.at] ?? "";
    if (character === "\\" && text[this.#cursor.at + 1] === "\n") return this.#cursor.skip(2);
    if (character === "\n") {
      this.#flush();
      this.#isJoined = false;
      this.#cursor.skip(1);
      return this.#skipDocuments();
    }
    if (character === " " || character === "\t") {
      this.#endWord();
      return this.#cursor.skip(1);
    }
    if (character === "#" && this.#word === undefined) return this.#cursor.skipTo("\n");
    if (text.startsWith("<<", this.#cursor.at) && !text.startsWith("<<<", this.#cursor.at)) return this.#openDocument();
    if (character === ">" || character === "<") return this.#redirect();
    if (";&|".includes(character)) return this.#separate();
    if (character === "(" || character === ")") return this.#parenthesis(character);
    if (this.#word === undefined && text.startsWith("[[", this.#cursor.at)) return this.#condition("]]");
    this.#begin();
    this.#word = (this.#word ?? "") + this.#cursor.readPart();
  }

  #separate(): void {
    this.#flush();
    this.#isJoined = true;
    this.#cursor.skip(1);
  }

  // What stands in a condition or in arithmetic is no command.
  #condition(close: string): void {
    this.#endWord();
    this.#begin();
    const found = this.#cursor.text.indexOf(close, this.#cursor.at);
    this.#cursor.skip((found < 0 ? this.#cursor.text.length : found + 2) - this.#cursor.at);
    this.#word = "[[";
    this.#endWord();
  }

  #parenthesis(character: string): void {
    if (this.#cursor.text.startsWith("((", this.#cursor.at)) return this.#condition("))");
    if (character === "(" && (this.#word ?? "").endsWith("=")) return this.#list();
    this.#flush();
    if (character === "(") this.#open.push("(");
    // Of a case's pattern there was no opening one.
    else if (this.#open.at(-1) === "(") this.#open.pop();
    this.#cursor.skip(1);
  }

  // `NAME=(a b)`: a list is no value.
  #list(): void {
    this.#unknown.add((this.#word ?? "").replace(/\+?=$/, ""));
    this.#cursor.skipBalanced("(", ")");
    this.#word = (this.#word ?? "").replace(/=$/, "[]=");
  }

  // Where output goes belongs to the command, but is none of its words.
  #redirect(): void {
    if (/^\d+$/.test(this.#word ?? "")) this.#dropWord();
    this.#endWord();
    while ("<>&|".includes(this.#cursor.text[this.#cursor.at] ?? " ")) this.#cursor.skip(1);
    if (/\d|-/.test(this.#cursor.text[this.#cursor.at] ?? "") && this.#cursor.text[this.#cursor.at - 1] === "&")
      return this.#cursor.skip(1);
    while (" \t".includes(this.#cursor.text[this.#cursor.at] ?? "x")) this.#cursor.skip(1);
    if (this.#cursor.text[this.#cursor.at] === "(") return;
    while (this.#cursor.at < this.#cursor.text.length && !/[\s;&|<>()]/.test(this.#cursor.text[this.#cursor.at] ?? ""))
      this.#cursor.readPart();
  }

  #openDocument(): void {
    this.#endWord();
    this.#cursor.skip(2);
    const isIndented = this.#cursor.text[this.#cursor.at] === "-";
    if (isIndented) this.#cursor.skip(1);
    while (" \t".includes(this.#cursor.text[this.#cursor.at] ?? "x")) this.#cursor.skip(1);
    let mark = "";
    while (this.#cursor.at < this.#cursor.text.length && !/[\s;&|<>()]/.test(this.#cursor.text[this.#cursor.at] ?? ""))
      mark += this.#cursor.readPart();
    this.#documents.push({ mark, isIndented });
  }

  // The lines of a here-document are text for the command above them.
  #skipDocuments(): void {
    for (const { mark, isIndented } of this.#documents.splice(0)) {
      while (this.#cursor.at < this.#cursor.text.length) {
        const from = this.#cursor.at;
        this.#cursor.skipTo("\n");
        const line = this.#cursor.text.slice(from, this.#cursor.at);
        this.#cursor.skip(1);
        if ((isIndented ? line.replace(/^\t+/, "") : line) === mark) break;
      }
      const last = this.#commands.at(-1);
      if (last !== undefined) {
        const text = this.#cursor.text.slice(last.start, this.#cursor.at).trimEnd();
        this.#commands[this.#commands.length - 1] = { ...last, end: last.start + text.length, text };
      }
    }
  }

  #flush(): void {
    this.#endWord();
    const [words, starts] = [this.#words, this.#starts];
    while (words.length > 0) {
      const [first = ""] = words;
      if (openers.has(first)) this.#open.push(first);
      else if (closers.has(first)) this.#open.pop();
      else if (!between.has(first)) break;
      words.shift();
      starts.shift();
      // What stands behind `for` and `case` are names, no commands.
      if (first === "for" || first === "case" || first === "select" || first === "function") words.length = 0;
    }
    const [start] = starts;
    if (words.length > 0 && start !== undefined) this.#add(words, start);
    this.#words = [];
    this.#starts = [];
  }

  #add(words: readonly string[], start: { readonly at: number; readonly line: number }): void {
    const text = this.#cursor.text.slice(start.at, this.#cursor.at).trimEnd();
    this.#commands.push({
      start: start.at,
      end: start.at + text.length,
      line: start.line,
      text,
      words,
      isNested: this.#open.length > 0,
      isJoined: this.#isJoined,
      isFatal: this.#endsOnError,
    });
    this.#assign(words);
    if (words[0] !== "set") return;
    const options = words.slice(1).join(" ");
    if (/(^|\s)-[a-zA-Z]*e|-[a-zA-Z]*o\s+errexit/.test(options)) this.#endsOnError = true;
    if (/(^|\s)\+[a-zA-Z]*e|\+o\s+errexit/.test(options)) this.#endsOnError = false;
  }

  // A variable that is set twice, or under a condition, has no one value.
  #assign(words: readonly string[]): void {
    const isDeclared = /^(export|declare|readonly|local|typeset)$/.test(words[0] ?? "");
    const list = isDeclared ? words.slice(1).filter((word) => !word.startsWith("-")) : words;
    if (!isDeclared && !words.every((word) => /^[A-Za-z_]\w*\+?=/.test(word))) return;
    for (const word of list) {
      const [, name = "", plus = "", value] = /^([A-Za-z_]\w*)(?:(\+?)=([^]*))?$/.exec(word) ?? [];
      if (name === "") continue;
      if (words[0] === "export") this.#exported.add(name);
      if (value === undefined) continue;
      const known = this.#variables.get(name);
      const isConstant = !hasVariable(value) && !this.#unknown.has(name);
      const isSure = isConstant && this.#open.length === 0 && (known === undefined || plus === "+");
      if (isSure) this.#variables.set(name, (plus === "+" ? (known ?? "") : "") + value);
      else {
        this.#variables.delete(name);
        this.#unknown.add(name);
      }
    }
  }

  #begin(): void {
    if (this.#word !== undefined) return;
    this.#word = "";
    this.#starts.push({ at: this.#cursor.at, line: this.#cursor.line });
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #dropWord(): void {
    if (this.#word !== undefined) this.#starts.pop();
    this.#word = undefined;
  }
}
