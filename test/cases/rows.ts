import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load, YAML11_SCHEMA } from "js-yaml";
import { expect } from "vitest";

/** One case: commands over its files, in turn, and what they must say. */
export interface CaseRow {
  /** Folder below `test/cases`. */
  readonly name: string;
  readonly title: string;
  readonly steps: readonly CaseStep[];
}

/** One command. */
export interface CaseStep {
  readonly args: readonly string[];
  readonly exit?: number;
  readonly says?: readonly string[];
  readonly saysNot?: readonly string[];
  readonly check?: (ran: { readonly stdout: string; readonly stderr: string; readonly output: string }) => void;
}

const assess = (path = "input") => ["assess", "--from", `{input}/${path}`];
const simulate = (path = "input", pools = "{POOLS}") => [
  "simulate",
  "--from",
  `{input}/${path}`,
  "--nodepools",
  pools,
  "--region",
  "us-east-1",
];
const no = "do not migrate before that is solved";

/** Cases of reading what was never applied, and of reading at all. */
export const rows: readonly CaseRow[] = [
  {
    name: "real-01-comment-header-hangs",
    title: "a licence header costs nothing to read",
    steps: [{ args: ["assess", "--from", "{input}"], exit: 0, says: ["1 workload"] }],
  },
  {
    name: "real-02-one-pod-hides-all",
    title: "a chart's test pod hides no workload",
    steps: [
      {
        args: simulate(),
        exit: 0,
        says: ["3 pods imagined", "CPU requested, cores unknown 1.5", "Pod counting/ledger-test-connection"],
      },
      {
        args: assess(),
        says: ["rounds up to 3", "DV1005"],
        saysNot: ["error: a pod", "have none", "without a PodDisruptionBudget", "do not say what they need"],
      },
    ],
  },
  {
    name: "real-03-claims-without-class",
    title: "claims get the class and the volume that the cluster would give them",
    steps: [
      {
        args: simulate(),
        exit: 0,
        says: ["unknown: cost", "StorageClass quick and a default StorageClass", "assumed", "cores unknown 1.8"],
        saysNot: [no, "never schedule"],
      },
      {
        args: simulate("input-classes"),
        exit: 0,
        says: ["StorageClass gp3, because it is the default", "StorageClass quick binds at once", "zone"],
        saysNot: [no, "never schedule"],
      },
      { args: simulate("input-empty-class"), exit: 1, says: ["1 pod would never schedule", "names no storage class"] },
      { args: simulate("input-elsewhere"), exit: 0, says: ["yard/tools", "not in the source: assumed"], saysNot: [no] },
      { args: simulate("input-ephemeral"), exit: 0, says: ["a default StorageClass"], saysNot: [no] },
      { args: simulate("input-by-hand"), exit: 0, saysNot: [no, "assumed to exist"] },
    ],
  },
  {
    name: "real-04-autoscaler-minimum",
    title: "an autoscaler's minimum counts where nobody else says how many",
    steps: [
      { args: simulate(), exit: 0, says: ["3 pods of Deployment keep/gatehouse", "CPU requested, cores unknown 1.5"] },
      { args: assess(), saysNot: ["allows no disruption, ever", "runs one replica"] },
      {
        args: assess("input-minimum-1"),
        says: [
          "allows no disruption, ever",
          "as many as HorizontalPodAutoscaler keep/gatehouse keeps",
          "runs one replica",
        ],
      },
      { args: simulate("input-keda"), says: ["4 pods of Deployment keep/gatehouse (ScaledObject keep/gatehouse)"] },
    ],
  },
  {
    name: "real-05-kinds-left-out",
    title: "custom resources that make pods are counted or named",
    steps: [
      {
        args: simulate(),
        exit: 0,
        says: [
          "11 pods imagined",
          "1 Rollout, 1 RayCluster",
          "1 Prometheus makes pods that are not counted (paper/main)",
          "paper/count: 8 pods of 4 cores",
          "Karpenter's side is too small",
        ],
      },
      { args: assess(), says: ["1 Prometheus makes pods that are not counted", "1 CronJob starts"], saysNot: ["Role"] },
      { args: [...assess(), "--json"], says: ["Prometheus makes pods", "CronJob starts"] },
      { args: [...simulate(), "--json"], says: ["Prometheus makes pods", "CronJob starts"] },
      { args: simulate("input-farm"), exit: 2, says: ["1 Farm makes pods that are not counted"] },
      {
        args: [...simulate("input-farm"), "--pod-templates", "{input}/templates.yaml"],
        says: ["6 pods imagined", "CPU requested, cores unknown 1.5", "templates that they hold: 1 Farm"],
      },
      {
        args: [...simulate("input-farm"), "--pod-templates", "{input}/input/app.yaml"],
        exit: 2,
        says: ["it holds no list"],
      },
    ],
  },
  {
    name: "attack-10-terminal-escapes",
    title: "what a terminal would obey is shown, whatever a dump holds",
    steps: [
      ["assess", "--all"],
      ["simulate", "--nodepools", "{POOLS}"],
      ["translate"],
      ["explain", "pod", "shop/web"],
      ["assess", "--json"],
    ].map(([command = "", ...more]) => ({
      args: [command, ...more, "--from", "{input}/dump.json", "--region", "us-east-1"],
      check: ({ stdout, stderr }) => {
        expect(`${stdout}${stderr}`.replaceAll("\n", "")).toMatch(
          /^[^\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u,
        );
        if (more.includes("--json")) expect(JSON.parse(stdout)).toBeTypeOf("object");
      },
    })),
  },
  {
    name: "attack-12-secrets-kept-in-snapshot",
    title: "a recording keeps what is needed, and no secret",
    steps: [
      {
        args: ["snapshot", "--from", "{input}/input", "--out", "{output}/s.json"],
        exit: 0,
        check: ({ output }) => expect(readFileSync(join(output, "s.json"), "utf8")).not.toContain("PLANTED"),
      },
    ],
  },
  {
    name: "attack-09-names-that-are-paths-and-shell",
    title: "names that no API server admits are refused with file and object, and leave no folder",
    steps: [
      {
        args: ["assess", "--from", "{input}/input", "--write-patches", "{output}/a/patches"],
        says: ["all.json", "a name of small letters", "left out"],
        check: ({ output }) => expect(readdirSync(output)).toEqual(readdirSync(output).filter((name) => name === "a")),
      },
      { args: ["assess", "--from", "{input}/pod", "--all"], saysNot: ["kubectl annotate pod -n shop $("] },
      {
        args: ["convert", "--from", "{input}/convert", "--out", "{output}/deep/yaml"],
        says: ["provisioners.yaml", "is left out"],
        check: ({ output }) => expect(readdirSync(output).filter((name) => name.endsWith(".yaml"))).toEqual([]),
      },
    ],
  },
  {
    name: "01-imds-header-redacted",
    title: "names of secrets, their places and their life are no secrets",
    steps: [
      {
        args: ["translate", "--from", "{input}/input"],
        exit: 0,
        says: [
          "token-ttl-seconds: 21600",
          "--secret-id prod/agent",
          "AGENT_TOKEN_FILE=/var/run/agent/token",
          "token_ttl: 3600",
        ],
        saysNot: ["<redacted>", "DV2015"],
      },
    ],
  },
  {
    name: "02-spot-group-priced-on-demand",
    title: "today's capacity type is what EC2 says",
    steps: [
      {
        args: ["simulate", "--from", "{input}/input"],
        exit: 0,
        says: ["of it spot 2", "today m5.xlarge spot"],
        saysNot: ["m5.xlarge on-demand", "−82"],
      },
    ],
  },
  {
    name: "03-yaml-1-1-words",
    title: "texts stay texts for every reader of YAML",
    steps: [
      {
        args: ["translate", "--from", "{input}/input/cluster.yaml", "--out", "{output}/k"],
        exit: 0,
        check: ({ output }) => {
          const texts = readdirSync(join(output, "k")).filter((name) => name.endsWith(".yaml"));
          for (const name of texts) {
            const text = readFileSync(join(output, "k", name), "utf8");
            expect(text).not.toMatch(/: (?:yes|no|on|off|y|n|1_0)$/m);
            expect(stray(load(text, { schema: YAML11_SCHEMA }))).toEqual([]);
          }
          expect(texts.length).toBeGreaterThan(1);
        },
      },
    ],
  },
  {
    name: "real-10-budget-without-status",
    title: "a budget without status allows what it would allow the settled fleet",
    steps: [
      {
        args: [...simulate("input", "{input}/pools"), "--consolidation"],
        says: ["2 moves", "335.07 to 298.31 USD/month"],
        saysNot: ["allows nothing now"],
      },
    ],
  },
  {
    name: "real-11-node-class-elsewhere",
    title: "a node class that is not in the files is assumed or unknown, never a no",
    steps: [
      {
        args: simulate("input", "{input}/pools-class-elsewhere"),
        exit: 0,
        says: ["EC2NodeClass default: not among the manifests", "assumed"],
        saysNot: [no, "never schedule"],
      },
      {
        args: simulate("input", "{input}/pools-auto-mode"),
        exit: 0,
        says: ["unknown: cost", "EKS Auto Mode", "whether 4 pods would get a place is not known"],
        saysNot: [no, "never schedule"],
      },
    ],
  },
  {
    name: "real-12-limit-ranges",
    title: "what admission adds to a pod is counted",
    steps: [
      {
        args: simulate(),
        says: ["LimitRange vineyard/measure", 'label "cellar/runtime"', "2 pods would never schedule"],
        saysNot: ["waits today"],
      },
      {
        args: simulate("input", "{input}/pools-cellar"),
        exit: 0,
        says: ["CPU requested, cores unknown 2.5", "memory requested, GiB unknown 3.0"],
      },
      { args: assess(), saysNot: ["do not say what they need"] },
      { args: assess("input-running"), saysNot: ["do not say what they need"] },
    ],
  },
  {
    name: "real-13-templates-among-manifests",
    title: "templates are named, all at once, with what renders them",
    steps: [
      {
        args: assess(),
        exit: 0,
        says: [
          "b-hook.yaml:1 is a Helm template: render it first (`helm template`)",
          "is a template of Terraform (${azs})",
          "1 workload",
        ],
      },
      { args: ["convert", "--from", "{input}/input"], exit: 2, says: ["is a template of Terraform (${azs})"] },
      {
        args: assess("input-mistakes"),
        exit: 2,
        says: ["a.yaml:2:", "b.yaml:3:", "correct these 2 files"],
        check: ({ stderr }) => expect(stderr.match(/not valid/g)).toHaveLength(2),
      },
      {
        args: simulate("input-variables"),
        exit: 0,
        says: [
          "pods are missing, so Karpenter's side is too small",
          "Deployment loom/weft in",
          "it is a template of envsubst or Terraform (${REPLICAS}), render it first",
          "is a template of Flux or a shell (${NAME:-warp})",
        ],
      },
      { args: assess("input-chart"), exit: 2, says: ["the head of a Helm chart: render it first (`helm template"] },
    ],
  },
];

/** Values of labels, tags and taints that a reader took for something else than text. */
function stray(value: unknown, key = ""): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const isText = key === "labels" || key === "tags" || name === "value";
    return isText && typeof member !== "string" ? [`${name}: ${String(member)}`] : stray(member, name);
  });
}
