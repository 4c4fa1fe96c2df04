import { createHash } from "node:crypto";
import type { Digest } from "../../migration/journal-chain.ts";

/** The digest that chains the journal's entries. */
export const sha256: Digest = (text) => createHash("sha256").update(text).digest("hex");
