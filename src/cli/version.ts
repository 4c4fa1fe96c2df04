/** This program's version; the build replaces it with that of package.json. */
declare const DOVETAIL_VERSION: string | undefined;

/** `dovetail --version`. */
export const version: string = typeof DOVETAIL_VERSION === "string" ? DOVETAIL_VERSION : "0.0.0-dev";
