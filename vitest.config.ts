import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts", "conformance/*.test.ts"],
    exclude: ["test/real/**", "node_modules/**"],
    sequence: { shuffle: true },
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
