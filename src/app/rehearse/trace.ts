import { type Fault, usage } from "../../fault/fault.ts";
import { parseQuantity } from "../../kube/quantity.ts";

/** Opens a trace from its beginning: lines without their ends, one after another, so that it need not fit into memory. */
export type TraceOpener = () => AsyncIterable<string>;

/** Pods that arrive together and end by themselves. */
export interface Arrival {
  /** Since the beginning of the rehearsal. */
  readonly atMs: number;
  /** Undefined: they stay. */
  readonly runsMs: number | undefined;
  readonly count: number;
  readonly name: string;
  readonly namespace: string;
  readonly requests: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** A form of trace: what its columns are, and what one row means. Undefined: the row is none of a pod. */
interface Form {
  readonly name: string;
  /** Columns in their order, where the file has no header. */
  readonly columns?: readonly string[];
  isForm(first: readonly string[]): boolean;
  read(row: Row): (Omit<Arrival, "atMs"> & { readonly startSeconds: number }) | undefined;
}

/** Where a row's values are asked for; throws `usage.load` with line, column and value. */
class Row {
  readonly #columns: readonly string[];
  readonly #cells: readonly string[];
  readonly #where: { readonly name: string; readonly line: number };

  constructor(
    columns: readonly string[],
    cells: readonly string[],
    where: { readonly name: string; readonly line: number },
  ) {
    this.#columns = columns;
    this.#cells = cells;
    this.#where = where;
  }

  text(column: string): string {
    return this.#cells[this.#columns.indexOf(column)]?.trim() ?? "";
  }

  number(column: string, otherwise?: number): number {
    const text = this.text(column);
    if (text === "" && otherwise !== undefined) return otherwise;
    const value = Number(text);
    if (text !== "" && Number.isFinite(value) && value >= 0) return value;
    throw this.wrong(column, "is no number of 0 or more");
  }

  quantity(column: string): string | undefined {
    const text = this.text(column);
    if (text === "") return undefined;
    if (parseQuantity(text).ok) return text;
    throw this.wrong(column, "is no quantity such as 500m or 2Gi");
  }

  wrong(column: string, why: string): Fault {
    const at = this.#columns.indexOf(column) + 1;
    return badRow(this.#where, `column ${at} (${column}): "${this.text(column)}" ${why}`);
  }
}

function badRow({ name, line }: { readonly name: string; readonly line: number }, what: string): Fault {
  return usage("load", `${name}:${line}: ${what}`, "see docs/guide/rehearse.md for the columns");
}

const own: Form = {
  name: "dovetail",
  isForm: (first) => first.includes("arrives_seconds"),
  read: (row) => {
    const startSeconds = row.number("arrives_seconds");
    const ends = row.text("ends_seconds");
    const endSeconds = ends === "" ? undefined : row.number("ends_seconds");
    if (endSeconds !== undefined && endSeconds <= startSeconds)
      throw row.wrong("ends_seconds", "is not after arrives_seconds");
    const cpu = row.quantity("cpu");
    const memory = row.quantity("memory");
    if (cpu === undefined && memory === undefined) throw row.wrong("cpu", "and memory ask for nothing");
    const count = row.number("count", 1);
    if (!Number.isInteger(count) || count < 1 || count > 100_000)
      throw row.wrong("count", "is no whole number from 1 to 100000");
    return {
      startSeconds,
      runsMs: endSeconds === undefined ? undefined : (endSeconds - startSeconds) * 1000,
      count,
      name: nameOf(row.text("name")),
      namespace: row.text("namespace") === "" ? "default" : nameOf(row.text("namespace")),
      requests: requestsOf(cpu, memory),
      ...selectorOf(row),
    };
  },
};

function selectorOf(row: Row): { readonly nodeSelector?: Readonly<Record<string, string>> } {
  const text = row.text("node_selector");
  if (text === "") return {};
  const pairs = text.split(/[;&]/).map((one) => one.split("="));
  if (pairs.some(([key = "", value]) => key === "" || value === undefined))
    throw row.wrong("node_selector", "is not key=value;key=value");
  return { nodeSelector: Object.fromEntries(pairs.map(([key = "", value = ""]) => [key.trim(), value.trim()])) };
}

/** Alibaba cluster-trace-gpu-v2023 (`openb_pod_list_*.csv`), with its header. */
const openb: Form = {
  name: "Alibaba OpenB pod list",
  isForm: (first) => first.includes("cpu_milli") && first.includes("creation_time"),
  read: (row) => {
    const startSeconds = row.number("creation_time");
    const end = row.number("deletion_time", 0);
    return {
      startSeconds,
      runsMs: end > startSeconds ? (end - startSeconds) * 1000 : undefined,
      count: 1,
      name: nameOf(row.text("name")),
      namespace: "default",
      requests: {
        ...requestsOf(`${row.number("cpu_milli")}m`, `${row.number("memory_mib")}Mi`),
        ...(row.number("num_gpu", 0) > 0 ? { "nvidia.com/gpu": `${row.number("num_gpu", 0)}` } : {}),
      },
    };
  },
};

/** Alibaba cluster-trace-v2018 `batch_task.csv`: no header; 100 is a core, memory is a share of a machine, taken as one of 128 GiB. */
const alibaba: Form = {
  name: "Alibaba 2018 batch tasks",
  columns: [
    "task_name",
    "instance_num",
    "job_name",
    "task_type",
    "status",
    "start_time",
    "end_time",
    "plan_cpu",
    "plan_mem",
  ],
  isForm: (first) => first.length === 9 && /^\d+(\.\d+)?$/.test(first[5] ?? "") && /^\d+(\.\d+)?$/.test(first[6] ?? ""),
  read: (row) => {
    const startSeconds = row.number("start_time");
    const end = row.number("end_time", 0);
    if (row.text("plan_cpu") === "" || end <= startSeconds) return undefined;
    return {
      startSeconds,
      runsMs: (end - startSeconds) * 1000,
      count: Math.max(1, Math.round(row.number("instance_num", 1))),
      name: nameOf(`${row.text("job_name")}-${row.text("task_name")}`),
      namespace: "default",
      requests: requestsOf(
        `${Math.round(row.number("plan_cpu") * 10)}m`,
        `${Math.max(1, Math.round(row.number("plan_mem", 0) * 1310.72))}Mi`,
      ),
    };
  },
};

/** Azure public data set V1 `vmtable.csv`: no header; a machine of so many cores and GiB becomes one pod. */
const azure: Form = {
  name: "Azure VM trace V1",
  columns: [
    "vmid",
    "subscription",
    "deployment",
    "created",
    "deleted",
    "maxcpu",
    "avgcpu",
    "p95cpu",
    "category",
    "cores",
    "memory",
  ],
  isForm: (first) => first.length === 11 && /^\d+$/.test(first[3] ?? "") && /^\d+$/.test(first[4] ?? ""),
  read: (row) => {
    const startSeconds = row.number("created");
    const end = row.number("deleted", 0);
    return {
      startSeconds,
      runsMs: end > startSeconds ? (end - startSeconds) * 1000 : undefined,
      count: 1,
      name: nameOf(row.text("vmid")),
      namespace: "default",
      requests: requestsOf(`${row.number("cores")}`, `${row.number("memory")}Gi`),
    };
  },
};

const forms = [own, openb, alibaba, azure];

function requestsOf(cpu: string | undefined, memory: string | undefined): Readonly<Record<string, string>> {
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

/** Anything as a name that an API server takes. */
function nameOf(text: string): string {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter((word) => word !== "");
  const name = words.join("-").slice(0, 40);
  if (name === "") return "pod";
  return name.endsWith("-") ? name.slice(0, -1) : name;
}

/**
 * The pods of a trace, in its order and one row at a time. Throws `usage.load`: no known columns, a value that is none, times that go
 * backwards, no row at all.
 */
export async function* arrivalsOf(name: string, open: TraceOpener): AsyncGenerator<Arrival> {
  let form: Form | undefined;
  let columns: readonly string[] = [];
  let line = 0;
  let firstSeconds: number | undefined;
  let lastSeconds = 0;
  for await (const text of open()) {
    line += 1;
    if (text.trim() === "" || text.startsWith("#")) continue;
    const cells = cellsOf(text);
    if (form === undefined) {
      form = formOf(name, line, cells);
      columns = form.columns ?? cells.map((one) => one.trim());
      if (form.columns === undefined) continue;
    }
    if (cells.length !== columns.length)
      throw badRow({ name, line }, `${cells.length} values, and ${columns.length} columns`);
    const read = form.read(new Row(columns, cells, { name, line }));
    if (read === undefined) continue;
    const { startSeconds, ...pod } = read;
    if (startSeconds < lastSeconds)
      throw badRow(
        { name, line },
        `time goes backwards: ${startSeconds} s comes after ${lastSeconds} s; sort the rows by arrival`,
      );
    // Public traces begin at any time: theirs counts from the first row. Ours says what it means.
    firstSeconds ??= form === own ? 0 : startSeconds;
    lastSeconds = startSeconds;
    yield { ...pod, atMs: Math.round((startSeconds - firstSeconds) * 1000) };
  }
  if (firstSeconds === undefined)
    throw usage("load", `${name}: no pod arrives in it`, "see docs/guide/rehearse.md for the columns");
}

function formOf(name: string, line: number, first: readonly string[]): Form {
  const trimmed = first.map((one) => one.trim());
  const found = forms.find((one) => one.isForm(trimmed));
  if (found !== undefined) return found;
  const known = forms.map((one) => one.name).join(", ");
  throw badRow({ name, line }, `"${trimmed.slice(0, 4).join(",")}" begins no known form (${known})`);
}

// RFC 4180 within one line: a quoted value may hold commas and doubled quotes.
function cellsOf(text: string): readonly string[] {
  if (!text.includes('"')) return (text.endsWith("\r") ? text.slice(0, -1) : text).split(",");
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === '"' && isQuoted && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"') isQuoted = !isQuoted;
    else if (char === "," && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else if (char !== "\r") cell += char;
  }
  return [...cells, cell];
}
