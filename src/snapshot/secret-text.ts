import { isSecretKey, keyStrength } from "./secret-words.ts";

const hidden = "<redacted>";

/** Forms that say by themselves that they are secret, each behind a mark without which it is not looked for. */
const forms: readonly (readonly [RegExp, string, string?])[] = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
  [
    /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|xox[abeprs]|npm|pypi|dckr_pat|hvs|dop_v1|shpat)[-_.](?=[\w-]{10})[\w-]+/g,
    hidden,
  ],
  [/\b(?:sk|rk|pk|whsec)_(?:live|test)_\w+/g, hidden],
  [/(\bhooks\.slack\.com\/(?:services|workflows)\/)[\w/-]+/g, `$1${hidden}`, "slack"],
  [/(:\/\/[^\s:/@"']{0,128}:)[^\s@/"']{1,512}@/g, `$1${hidden}@`, "://"],
  [/([\w.-]{1,128}:)[^\s:@/"']{1,512}(?=@(?:tcp|unix)\()/g, `$1${hidden}`, "("],
  [/(\b(?:Bearer|Basic)[ \t]{1,4})(?=[\w.~+/=-]{8})[\w.~+/=-]+/gi, `$1${hidden}`],
];

/** Text (user data, messages, settings) with what looks like a secret taken out, the rest byte for byte. Twice is the same as once. */
export function withoutSecrets(text: string): string {
  const keyless = withoutTokens(withoutPrivateKeys(text));
  const formed = forms.reduce(
    (clean, [pattern, replacement, mark]) =>
      mark !== undefined && !clean.includes(mark) ? clean : clean.replace(pattern, replacement),
    keyless,
  );
  return withoutAssigned(formed).split("\n").map(withoutArguments).join("\n");
}

/** `-----BEGIN … PRIVATE KEY-----` to its end, or to the end of the text. */
function withoutPrivateKeys(text: string): string {
  const mark = "PRIVATE KEY-----";
  let clean = "";
  let from = 0;
  for (let at = text.indexOf("-----BEGIN ", from); at >= 0; at = text.indexOf("-----BEGIN ", from)) {
    const head = text.indexOf("-----", at + 11);
    const isKey = head >= 0 && head - at < 80 && text.slice(at, head + 5).endsWith(mark);
    if (!isKey) {
      clean += text.slice(from, at + 11);
      from = at + 11;
      continue;
    }
    const end = text.indexOf(mark, head + 5);
    clean += text.slice(from, at) + hidden;
    from = end < 0 ? text.length : end + mark.length;
  }
  return clean + text.slice(from);
}

/** JSON web tokens: three parts of letters, the first of which is the beginning of an object. */
function withoutTokens(text: string): string {
  if (!text.includes("eyJ")) return text;
  return text.replaceAll(/[\w.-]+/g, (word) => {
    const at = word.indexOf("eyJ");
    const parts = word.slice(at).split(".");
    const isToken = at >= 0 && parts.length >= 3 && (parts[0]?.length ?? 0) >= 10 && (parts[1]?.length ?? 0) >= 8;
    return isToken ? `${word.slice(0, at)}${hidden}` : word;
  });
}

/** `NAME=value`, `name: value`, `"name": "value"`, `--name value`, `<name>value<`, and `password value` beside a login. */
function withoutAssigned(text: string): string {
  let clean = "";
  let kept = 0;
  for (const match of text.matchAll(/[A-Za-z0-9_.-]+/g)) {
    const word = match[0];
    if (match.index < kept || !isSecretKey(word) || isInArn(text, match.index)) continue;
    const value = valueAfter(text, match.index, word);
    if (value === undefined || isHarmless(text.slice(value.start, endOf(text, value, shown)), word)) continue;
    clean += text.slice(kept, value.start) + hidden;
    kept = endOf(text, value, text.length);
  }
  return clean + text.slice(kept);
}

/** `arn:aws:secretsmanager:…:secret:name` says where a secret lies. */
function isInArn(text: string, at: number): boolean {
  return text[at - 1] === ":" && /(?:^|[\s"'=])arn:[\w:/-]*$/.test(text.slice(Math.max(0, at - 120), at));
}

/** What decides whether a value is harmless; only the end of one that is not is looked for further. */
const shown = 512;

/** Where a value begins, and what ends it. */
interface Place {
  readonly start: number;
  readonly stop: RegExp;
}

function endOf(text: string, { start, stop }: Place, most: number): number {
  const limit = Math.min(text.length, start + most);
  let end = start;
  while (end < limit && !stop.test(text.charAt(end))) end += 1;
  return end;
}

function valueAfter(text: string, start: number, word: string): Place | undefined {
  let at = start + word.length;
  // The end of a quoted key, in JSON that may itself stand in a string.
  if (text[at] === "\\") at += 1;
  if (text[at] === '"' || text[at] === "'") at += 1;
  const afterBlank = skipBlanks(text, at);
  const sign = text[afterBlank];
  if (sign === "=" || sign === ":") {
    const isArrow = text[afterBlank + 1] === ">" || text[afterBlank + 1] === "=";
    return valueAt(text, skipBlanks(text, afterBlank + (isArrow ? 2 : 1)));
  }
  if (sign === ">" && text[start - 1] === "<") return valueUntil(text, afterBlank + 1, /[<\n]/);
  const isFlag = word.startsWith("-");
  const isLogin = /^password$/i.test(word) && /(?:^|\s)(?:login|machine)\s/.test(lineBefore(text, start));
  if (afterBlank === at || !(isFlag || isLogin)) return undefined;
  const value = valueAt(text, afterBlank);
  return value !== undefined && text[value.start] === "-" ? undefined : value;
}

/** A quoted value without its quotes, or a bare one. */
function valueAt(text: string, start: number): Place | undefined {
  let at = start;
  if (text[at] === "\\") at += 1;
  const quote = text[at];
  if (quote === '"' || quote === "'") return valueUntil(text, at + 1, quote === '"' ? /["\\\n]/ : /['\n]/);
  return valueUntil(text, at, /[\s"',;)}\]&\\]/);
}

function valueUntil(text: string, start: number, stop: RegExp): Place | undefined {
  return start >= text.length || stop.test(text.charAt(start)) ? undefined : { start, stop };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at += 1;
  return at;
}

/** The line of a place, or 100 letters before it. */
function lineBefore(text: string, at: number): string {
  const near = text.slice(Math.max(0, at - 100), at);
  return near.slice(near.lastIndexOf("\n") + 1);
}

/** Computed by a shell, a place where the secret lies, a switch: no secret itself. */
function isHarmless(value: string, key: string): boolean {
  if (/^[$`<%!*]|^\{\{|^\$\(/.test(value)) return true;
  if (/^(?:\/|\.\/|~\/|file:|arn:|ssm:|vault:|secretsmanager:|ref\+|projects\/)/i.test(value)) return true;
  if (/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(value)) return !/[?&](?:sig|token|key|signature)=/i.test(value);
  if (
    /^(?:true|false|yes|no|on|off|none|null|undefined|required|optional|enabled|disabled|auto|default)$/i.test(value)
  ) {
    return true;
  }
  const strength = keyStrength(key);
  if (strength === "token" && /^\d{1,6}$/.test(value)) return true;
  return strength === "perhaps" && !isRandom(value);
}

/** Letters and digits mixed, as keys of programs are. */
function isRandom(value: string): boolean {
  return /^[A-Za-z0-9+/=_.…-]{6,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
}

/** Short options of programs that take a password: `mysql -pX`, `redis-cli -a X`, `-u user:password`. */
function withoutArguments(line: string): string {
  let clean = line;
  if (
    /(?:^|[\s/])(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mongo|mongosh|mongodump|mongorestore)\s/.test(clean)
  )
    clean = clean.replaceAll(/(?<=\s-p)[^\s"'<$-][^\s]*/g, hidden);
  if (/(?:^|[\s/])redis-cli\s/.test(clean)) clean = clean.replaceAll(/(?<=\s-a\s)[^\s<$-][^\s]*/g, hidden);
  if (/(?:^|[\s/])sshpass\s/.test(clean)) clean = clean.replaceAll(/(?<=\s-p\s?)[^\s<$-][^\s]*/g, hidden);
  return clean.replaceAll(
    /(?<=(?:^|\s)(?:-u|--user|--proxy-user|--basic-auth)[ =]["']?)([^\s:"']{1,128}):([^\s"']{1,512})/g,
    (whole, user: string, password: string) =>
      user === password || /^\d+$/.test(password) || /^[$<]/.test(password) ? whole : `${user}:${hidden}`,
  );
}
