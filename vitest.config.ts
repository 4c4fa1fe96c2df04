import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Screens are kept as a terminal of 80 columns shows them.
    env: { COLUMNS: "80" },
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts", "conformance/*.test.ts"],
    exclude: ["test/real/**", "node_modules/**"],
    sequence: { shuffle: true },
    // A hang must end; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Modules hold no state that a test could leave behind: loading them once for all files saves a third of the time.
    pool: "threads",
    isolate: false,
  },
});
