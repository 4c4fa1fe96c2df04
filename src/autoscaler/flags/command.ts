import type { Container } from "../../kube/objects.ts";

/** The words of a container's command line: variables filled in as the kubelet does, a shell around it taken off. */
export function commandWords(container: Container): readonly string[] {
  const variables = new Map(
    (container.env ?? []).flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])),
  );
  return unwrapped([...(container.command ?? []), ...(container.args ?? [])]).map((word) =>
    word.replaceAll(/\$\(([\w.-]+)\)|\$\{(\w+)\}/g, (whole, a: string | undefined, b: string | undefined) => {
      const value = variables.get(a ?? b ?? "");
      return value === undefined || value.startsWith("<") ? whole : value;
    }),
  );
}

/** Words of `sh -c "exec ./cluster-autoscaler --v=4 …"`, up to the first pipe, redirection or further command. */
function unwrapped(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const isShell = /(^|\/)(ba|da|a|z)?sh$/.test(words[0] ?? "");
  const script = words[at + 1];
  if (!isShell || at < 0 || script === undefined) return words;
  const pieces = script.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g) ?? [];
  const start = pieces.findIndex((piece) => /cluster-autoscaler/.test(piece));
  const own = pieces.slice(Math.max(0, start));
  const isCut = (i: number): boolean => own[i - 1]?.endsWith(";") === true;
  const end = own.findIndex((piece, i) => i > 0 && (isCut(i) || /^(\||\|\||&&|;|\d?>>?|<).*/.test(piece)));
  return (end < 0 ? own : own.slice(0, end)).map((piece) =>
    piece
      .replace(/;$/, "")
      .replaceAll(/\\\n/g, "")
      .replaceAll(
        /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g,
        (_, a: string | undefined, b: string | undefined) => a ?? b ?? "",
      ),
  );
}
