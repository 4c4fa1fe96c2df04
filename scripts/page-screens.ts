/** Puts screens that tests keep (`test/screens`, `test/golden`) into pages, so that no page shows what the program does not print. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** The pages with screens in them, relative to the root. */
export const pagesWithScreens = [
  "README.md",
  "docs/guide/assess.md",
  "docs/guide/classic.md",
  "docs/guide/install.md",
  "docs/guide/migrate.md",
  "docs/guide/setup.md",
  "docs/guide/simulate.md",
  "docs/guide/translate.md",
  "docs/guide/upgrade.md",
] as const;

const marker = /<!-- screen ([\w-]+)((?: [^>]*?)?) -->\n```\n[\s\S]*?\n```\n/g;

/**
 * A page with every screen renewed. A marker `<!-- screen NAME -->` before a code block fills it with `test/screens/NAME.txt`, or with the
 * stdout of `test/golden/NAME`; `<!-- screen NAME "first" .. "last"; … -->` only with the lines from one that contains the first text to the
 * next that contains the last (`..<` leaves that one out), several parts apart by a line of dots.
 */
export function withScreens(page: string, text: string): string {
  return text.replaceAll(marker, (_whole, name: string, parts: string) => {
    const screen = screenOf(name);
    const shown = parts.trim() === "" ? screen : partsOf(page, name, screen, parts.trim());
    return `<!-- screen ${name}${parts} -->\n\`\`\`\n${shown.join("\n")}\n\`\`\`\n`;
  });
}

function screenOf(name: string): readonly string[] {
  const file = read(`test/screens/${name}.txt`) ?? read(`test/golden/${name}/stdout.txt`);
  if (file === undefined) throw new Error(`there is no screen ${name} in test/screens or test/golden`);
  return file.replace(/^\n+/, "").trimEnd().split("\n");
}

function partsOf(page: string, name: string, screen: readonly string[], parts: string): readonly string[] {
  let from = 0;
  return parts.split("; ").flatMap((part, i) => {
    const [, first = "", range, last = first] = /^"([^"]*)"(?: (\.\.<?) "([^"]*)")?$/.exec(part) ?? [];
    const begin = screen.findIndex((line, at) => at >= from && line.includes(first));
    const found = screen.findIndex((line, at) => at >= begin && line.includes(last));
    if (first === "" || begin < 0 || found < 0) throw new Error(`${page}: screen ${name} has no part ${part}`);
    const end = range === "..<" ? found : found + 1;
    const dots = i > 0 && begin > from ? ["…"] : [];
    from = end;
    return [...dots, ...trimmed(screen.slice(begin, end))];
  });
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}
