import { defaultOptions } from "../../migration/shift/options.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { redactedSnapshot } from "../../snapshot/redacted.ts";
import type { RedactedSnapshot } from "../../snapshot/snapshot.ts";
import type { Translation } from "../../translation/types.ts";
import { type AssessResult, assessSnapshot } from "../assess/assess.ts";
import { discoveredWith } from "../assess/discovered.ts";
import { type CanaryReport, canary } from "../install/canary.ts";
import { install } from "../install/install.ts";
import type { Inspection } from "../install/inspect.ts";
import { installManifestOf } from "../../migration/install/options.ts";
import { uninstall } from "../install/uninstall.ts";
import { migrate, rollback } from "../migrate/migrate.ts";
import type { RollbackEnd } from "../migrate/rollback.ts";
import type { MigrationEnd } from "../migrate/run.ts";
import { discover, type Discovery } from "../read/discover.ts";
import { readSnapshot } from "../read/read.ts";
import { setup } from "../setup/setup.ts";
import { undoSetup } from "../setup/undo.ts";
import { poolsOfTranslation } from "../../forecast/pools.ts";
import { forecast } from "../forecast/forecast.ts";
import { forecastShift } from "../forecast/shift-forecast.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import { translateDiscovered } from "../translate/translate.ts";
import { instanceTypeFacts } from "../translate/types.ts";
import { verifyMigration, type Verification } from "../verify/verify.ts";
import type { Plan } from "../../migration/plan.ts";

/** One thing that the demo has just done, for the one who shows it. */
export type Chapter =
  | { readonly kind: "read"; readonly snapshot: RedactedSnapshot; readonly discovery: Discovery }
  | { readonly kind: "assess"; readonly result: AssessResult }
  | { readonly kind: "setup"; readonly plan: Plan }
  | { readonly kind: "translate"; readonly translation: Translation; readonly snapshot: RedactedSnapshot }
  | { readonly kind: "simulate"; readonly outcome: SimulationOutcome }
  | { readonly kind: "install"; readonly plan: Plan; readonly inspection: Inspection }
  | { readonly kind: "canary"; readonly report: CanaryReport }
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "migrate"; readonly plan: Plan; readonly end: MigrationEnd }
  /** The migration met something that it may not go through. */
  | { readonly kind: "stopped"; readonly fault: Fault }
  | { readonly kind: "verify"; readonly verification: Verification }
  | { readonly kind: "rollback"; readonly end: RollbackEnd }
  | { readonly kind: "undo"; readonly steps: number; readonly isAsBefore: boolean };

/** What begins a chapter: its number, its name, and the command that does the same on a real cluster. */
export interface Heading {
  readonly number: number;
  readonly title: string;
  readonly command: string;
}

/** What the demo needs beside a world. */
export interface DemoRequest {
  readonly name: string;
  /** `user@host`, for the journal. */
  readonly by: string;
  readonly catalogue: Catalogue;
  /** What a rollback must bring back, as text: compared before the first write and after the last undo. */
  readonly fingerprint: () => string;
  readonly begin: (heading: Heading) => void;
  readonly show: (chapter: Chapter) => void;
}

/** How the demo went: true when every part ended as it should and the cluster is as it was found. */
export interface DemoOutcome {
  readonly hasPassed: boolean;
}

/** The whole path on one world, there and back: the same use cases that the commands call, in their order. */
export async function runDemo(world: World, request: DemoRequest): Promise<DemoOutcome> {
  const { begin, show, by } = request;
  const before = request.fingerprint();
  begin({ number: 1, title: "read the cluster and its account", command: "snapshot" });
  const first = await look(world, request);
  show({ kind: "read", ...first });

  begin({ number: 2, title: "judge whether it is ready", command: "assess" });
  const result = assessSnapshot(first.snapshot, discoveredWith(first.snapshot, first.discovery, request.catalogue));
  show({ kind: "assess", result });

  begin({ number: 3, title: "make what Karpenter needs in AWS", command: "setup" });
  const made = await setup(world, { by });
  show({ kind: "setup", plan: made.plan });

  begin({ number: 4, title: "turn node groups into NodePools", command: "translate" });
  const { snapshot, discovery } = await look(world, request);
  const translation = translateDiscovered(snapshot, discovery, { instanceTypes: instanceTypeFacts(request.catalogue) });
  show({ kind: "translate", translation, snapshot });

  begin({ number: 5, title: "see what Karpenter would run", command: "simulate" });
  const [simulation] = await forecast(
    { snapshot, catalogue: request.catalogue, prices: world.prices, host: world.host },
    [poolsOfTranslation(translation)],
  );
  if (simulation !== undefined) show({ kind: "simulate", outcome: simulation.outcome });

  const there = await goThere(world, request, translation);
  const isBack = await goBack(world, request, { before, hasBegun: there !== "refused" });
  return { hasPassed: there === "there" && isBack };
}

async function goThere(
  world: World,
  request: DemoRequest,
  translation: Translation,
): Promise<"there" | "stopped" | "refused"> {
  const { begin, show, by } = request;
  begin({ number: 6, title: "install Karpenter beside Cluster Autoscaler, pools held", command: "install" });
  const installed = await install(world, { by, manifests: translation.manifests.map(installManifestOf) });
  show({ kind: "install", plan: installed.plan, inspection: installed.inspection });

  begin({ number: 7, title: "prove that a node launches and joins", command: "install --canary" });
  const report = await canary(world, { by });
  show({ kind: "canary", report });

  begin({ number: 8, title: "cut over, stage by stage", command: "migrate" });
  const { entries: journal } = await world.journal.read();
  const { snapshot, discovery } = await look(world, request);
  const outlook = await forecastShift(world, { snapshot, catalogueOf: () => request.catalogue });
  const facts = {
    snapshot,
    autoscalers: discovery.autoscalers,
    groups: discovery.nodeGroups,
    journal,
    ...outlook,
  };
  const plan = (one: Plan): void => show({ kind: "plan", plan: one });
  const migration = await migrate(world, facts, { by, options: defaultOptions, show: plan }).catch((error: unknown) => {
    if (!(error instanceof Fault) || (error.blame !== "world" && error.blame !== "no")) throw error;
    show({ kind: "stopped", fault: error });
    return error.code === "migrate.refused" ? "refused" : "stopped";
  });
  if (typeof migration === "string") return migration;
  show({ kind: "migrate", ...migration });

  begin({ number: 9, title: "compare forecast and fact", command: "verify" });
  const verification = await verifyMigration(world);
  show({ kind: "verify", verification });
  const isRight = report.hasPassed && migration.end.kind === "completed" && verification.wrong.length === 0;
  return isRight ? "there" : "stopped";
}

async function goBack(
  world: World,
  request: DemoRequest,
  { before, hasBegun }: { readonly before: string; readonly hasBegun: boolean },
): Promise<boolean> {
  const { begin, show, by } = request;
  const end = hasBegun ? await goBackFromThere(world, request) : undefined;

  begin({ number: 11, title: "take installation and setup back", command: "uninstall, then setup --undo" });
  const gone = await uninstall(world, { by });
  const undone = await undoSetup(world, { by });
  const isAsBefore = request.fingerprint() === before;
  show({ kind: "undo", steps: gone.undone.length + undone.undone.length, isAsBefore });
  return (end === undefined || (end.kind === "rolled-back" && end.left.length === 0)) && isAsBefore;
}

async function goBackFromThere(world: World, { begin, show, by }: DemoRequest): Promise<RollbackEnd> {
  begin({ number: 10, title: "go all the way back", command: "rollback" });
  const end = await rollback(world, { by });
  show({ kind: "rollback", end });
  return end;
}

async function look(
  world: World,
  request: DemoRequest,
): Promise<{ readonly snapshot: RedactedSnapshot; readonly discovery: Discovery }> {
  const snapshot = redactedSnapshot(await readSnapshot(world, { source: { kind: "sandbox", name: request.name } }));
  return { snapshot, discovery: discover(snapshot) };
}
