/** A real world to play with by hand: `npx tsx test/real/support/up.ts [--karpenter]` prints the environment to export and runs until Ctrl-C. */
import { startShop } from "./shop.ts";

const world = await startShop();
const names = [
  "KUBECONFIG",
  "AWS_ENDPOINT_URL",
  "AWS_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_EC2_METADATA_DISABLED",
];
for (const name of names) process.stdout.write(`export ${name}=${world.env[name] ?? ""}\n`);
process.stdout.write(
  `export PATH=${world.parts.helm.replace(/\/helm$/, "")}:$PATH\n# charts: ${world.parts.charts}\n# logs: ${world.folder}\n`,
);
if (process.argv.includes("--karpenter")) world.startKarpenter();
const stop = (): void => void world.stop().then(() => process.exit(0));
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
setInterval(() => {}, 60_000);
