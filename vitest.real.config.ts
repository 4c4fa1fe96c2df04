import { defineConfig } from "vitest/config";

/** The slow tier: real kube-apiserver, AWS emulator, helm and Karpenter. One file at a time: each starts servers of its own. */
export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    include: ["test/real/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 900_000,
    // The first run on a machine compiles Kubernetes and Karpenter.
    hookTimeout: 2_700_000,
  },
});
