import { expect, test } from "vitest";
import { type Arrival, arrivalsOf } from "./trace.ts";

async function read(text: string): Promise<readonly Arrival[]> {
  const all: Arrival[] = [];
  const open = async function* (): AsyncGenerator<string> {
    yield* text.split("\n");
  };
  for await (const one of arrivalsOf("load.csv", open)) all.push(one);
  return all;
}

const header = "arrives_seconds,ends_seconds,cpu,memory,count,name,namespace,node_selector";

test("our own form: times in seconds, quantities, a count, where they run", async () => {
  const rows = await read(
    `# pods of a morning\n${header}\n60,3660,500m,1Gi,3,Batch Job,data,workload=batch;zone=a\n90,,2,,,,,\n`,
  );
  expect(rows).toEqual([
    {
      atMs: 60_000,
      runsMs: 3_600_000,
      count: 3,
      name: "batch-job",
      namespace: "data",
      requests: { cpu: "500m", memory: "1Gi" },
      nodeSelector: { workload: "batch", zone: "a" },
    },
    { atMs: 90_000, runsMs: undefined, count: 1, name: "pod", namespace: "default", requests: { cpu: "2" } },
  ]);
});

test("a quoted value may hold commas, and lines may end as on Windows", async () => {
  const [row] = await read(`arrives_seconds,cpu,name\r\n0,1,"a, ""b"""\r\n`);
  expect(row).toMatchObject({ name: "a-b", requests: { cpu: "1" } });
});

test("public traces: OpenB with its header, Alibaba 2018 and Azure V1 without, from their first row on", async () => {
  const openb =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n" +
    "openb-pod-0000,12000,16384,1,1000,,LS,Running,5000,5600,5000";
  expect(await read(openb)).toMatchObject([
    { atMs: 0, runsMs: 600_000, requests: { cpu: "12000m", memory: "16384Mi", "nvidia.com/gpu": "1" } },
  ]);
  const alibaba = "task_1,4,j_12,1,Terminated,86400,86460,50,0.5\ntask_2,1,j_12,1,Running,86410,0,,";
  expect(await read(alibaba)).toMatchObject([
    { atMs: 0, runsMs: 60_000, count: 4, name: "j-12-task-1", requests: { cpu: "500m", memory: "655Mi" } },
  ]);
  const azure = "vm1,sub,dep,100,700,9,2,5,Delay-insensitive,2,3.5";
  expect(await read(azure)).toMatchObject([{ runsMs: 600_000, requests: { cpu: "2", memory: "3.5Gi" } }]);
});

test.each([
  [`${header}\nsoon,,1,,,,,`, 'load.csv:2: column 1 (arrives_seconds): "soon" is no number of 0 or more'],
  [`${header}\n5,4,1,,,,,`, 'load.csv:2: column 2 (ends_seconds): "4" is not after arrives_seconds'],
  [`${header}\n5,,lots,,,,,`, 'load.csv:2: column 3 (cpu): "lots" is no quantity such as 500m or 2Gi'],
  [`${header}\n5,,1,,0,,,`, 'load.csv:2: column 5 (count): "0" is no whole number from 1 to 100000'],
  [`${header}\n5,,,,,,,`, 'load.csv:2: column 3 (cpu): "" and memory ask for nothing'],
  [`${header}\n5,,1`, "load.csv:2: 3 values, and 8 columns"],
  [
    `${header}\n9,,1,,,,,\n\n8,,1,,,,,`,
    "load.csv:4: time goes backwards: 8 s comes after 9 s; sort the rows by arrival",
  ],
  ["when,what\n1,2", 'load.csv:1: "when,what" begins no known form'],
  [header, "load.csv: no pod arrives in it"],
  ["", "load.csv: no pod arrives in it"],
])("a load that cannot be used is refused with its place: %j", async (text, message) => {
  await expect(read(text)).rejects.toMatchObject({ code: "usage.load", message: expect.stringContaining(message) });
});
