import { loadAll } from "js-yaml";

/** A manifest as a screen shows it. */
export interface Shown {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

/** The manifests at the end of a screen. */
export function parseAll(stdout: string): readonly Shown[] {
  const start = stdout.search(/^apiVersion: /m);
  const text = start < 0 ? "" : stdout.slice(start).split(/^next: /m)[0];
  return loadAll(text ?? "") as Shown[];
}
