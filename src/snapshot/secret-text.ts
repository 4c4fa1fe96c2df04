const hidden = "<redacted>";
const nouns = "password|passwd|passphrase|secret|token|credential";
const keys = "(?:api|access|private|license|auth)[_-]?key";
const word = String.raw`[\w.-]*(?:${nouns}|${keys})[\w.-]*`;

/** `NAME=value`, `name: value`, `"name": "value"`; a value that the shell computes (`$(…)`, `${…}`) is no secret. */
const assigned = new RegExp(
  String.raw`(${word}["']?\s*[=:]\s*)(?!\s|["']?[$\x60])("[^"\n]*"|'[^'\n]*'|[^\s"',;)}\]]+)`,
  "gi",
);
/** `--password value`. */
const flagged = new RegExp(String.raw`(--?${word}\s+)(?![$\x60-])("[^"\n]*"|'[^'\n]*'|[^\s"',;]+)`, "gi");

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, hidden],
  [/\b(?:ghp|gho|ghs|github_pat|glpat|xox[abpr])[-_][\w-]{10,}/g, hidden],
  [/(:\/\/[^\s:/@]+:)[^\s@/]+@/g, `$1${hidden}@`],
  [/(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  [flagged, `$1${hidden}`],
  [assigned, `$1${hidden}`],
];

/** Text (user data, arguments, annotations) with what looks like a secret taken out; the rest stays byte for byte. */
export function withoutSecrets(text: string): string {
  return rules.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
