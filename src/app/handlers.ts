import { installHandlers } from "./install/handlers/all.ts";
import { shiftHandlers } from "./migrate/handlers/all.ts";
import type { Handlers } from "./run/handler.ts";
import { setupHandlers } from "./setup/handlers/all.ts";

/** How every kind of step touches the world. A kind of `migration/kinds.ts` that is missing here does not compile. */
export const handlers: Handlers = { ...setupHandlers, ...installHandlers, ...shiftHandlers };
