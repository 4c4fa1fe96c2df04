import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Hash of everything the page is built from, so that a test can tell when the built page is stale. */
export function hashOfWeb(root: string): string {
  const hash = createHash("sha256");
  const folder = join(root, "web");
  const names = readdirSync(folder).filter((name) => /\.(tsx?|css|html)$/.test(name));
  for (const name of names.toSorted()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}
