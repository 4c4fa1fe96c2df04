import { isList, isObject } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Random } from "../time/random.ts";
import { str } from "../store/objects.ts";
import { awsError } from "./errors.ts";
import type { AwsState, AwsTable, Row } from "./state.ts";

/** What an operation may use of the world around the account. */
export interface AwsSurroundings {
  readonly state: AwsState;
  readonly random: Random;
  readonly nowMs: () => number;
  /** A row that somebody watches is another one now. */
  readonly onChange: (table: AwsTable, key: string) => void;
  readonly onWrite: (actor: string, operation: string, input: JsonObject) => void;
  /** EC2 refuses this capacity (a fault of the test). */
  readonly hasCapacity: (offer: CapacityOffer) => boolean;
  /** What EC2 charges; undefined: it sells no such thing, or nobody knows the price. */
  readonly priceUsdPerHour: (offer: CapacityOffer) => number | undefined;
}

/** One capacity pool of EC2. */
export interface CapacityOffer {
  readonly instanceType: string;
  readonly zone: string;
  /** `spot`; anything else is sold at the list price. */
  readonly capacityType: string;
}

/** One API operation: AWS's input in, AWS's output out, or a `Fault` with AWS's code. */
export type Operation = (input: JsonObject, actor: string) => JsonObject;
/** Operations of one service by name. */
export type Operations = Readonly<Record<string, Operation>>;

// Operations that change nothing by their name.
const reading = /^(Describe|List|Get|Simulate|Search|Decode)/;

/** A simulated AWS account in one region: tables, and operations by the names that IAM policies use. Synchronous. */
export class AwsAccount {
  readonly #world: AwsSurroundings;
  readonly #operations = new Map<string, Operation>();
  #revision = 0;

  constructor(world: AwsSurroundings) {
    this.#world = world;
  }

  add(service: string, operations: Operations): void {
    for (const [name, operation] of Object.entries(operations)) this.#operations.set(`${service}:${name}`, operation);
  }

  call(actor: string, operation: string, input: JsonObject): JsonObject {
    const run = this.#operations.get(operation);
    if (run === undefined) {
      throw awsError("InvalidAction", `the sandbox does not have ${operation}`);
    }
    const output = run(input, actor);
    if (!reading.test(operation.slice(operation.indexOf(":") + 1))) this.note(actor, operation, input);
    return structuredClone(output);
  }

  /** Notes a write that no caller asked for by name: what a group or a service did by itself. */
  note(actor: string, operation: string, input: JsonObject): void {
    this.#revision += 1;
    this.#world.onWrite(actor, operation, input);
  }

  /** Counts what happened in the account since it was opened: the same again means that nothing has changed. */
  get revision(): number {
    return this.#revision;
  }

  table(name: AwsTable): Record<string, Row> {
    return (this.#world.state.tables[name] ??= {});
  }

  rows(name: AwsTable): readonly Row[] {
    return Object.values(this.table(name));
  }

  get region(): string {
    return this.#world.state.region;
  }

  get accountId(): string {
    return this.#world.state.accountId;
  }

  get random(): Random {
    return this.#world.random;
  }

  get nowMs(): number {
    return this.#world.nowMs();
  }

  now(): string {
    return new Date(this.nowMs).toISOString();
  }

  /** Tells those who watch a row that it is another one now: who changes a row of instances, groups, updates or queues says so. */
  changed(table: AwsTable, key: string): void {
    this.#revision += 1;
    this.#world.onChange(table, key);
  }

  /** Takes a row away. */
  drop(table: AwsTable, key: string): void {
    delete this.table(table)[key];
    this.changed(table, key);
  }

  hasCapacity(offer: CapacityOffer): boolean {
    return this.#world.hasCapacity(offer);
  }

  priceUsdPerHour(offer: CapacityOffer): number | undefined {
    return this.#world.priceUsdPerHour(offer);
  }

  /** An identifier like EC2's: `i-0a1b2c3d4e5f60718`. */
  id(prefix: string): string {
    return `${prefix}-0${this.random.hex(16)}`;
  }

  arn(service: string, resource: string): string {
    const region = service === "iam" ? "" : this.region;
    return `arn:aws:${service}:${region}:${this.accountId}:${resource}`;
  }
}

/** A text parameter that must be there. */
export function text(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  throw awsError(
    "ValidationError",
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A text parameter that may be left out. Undefined when it is, or is no text. */
export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

/** The strings of a list; none when it is no list. */
export function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The objects of a list; none when it is no list. */
export function objects(value: Json | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : [];
}

/** An object, empty when it is none. */
export function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A number; undefined when it is none. */
export function integer(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Tags in the list form: the new ones win. */
export function mergeTags(old: Json | undefined, more: Json | undefined): readonly JsonObject[] {
  const byKey = new Map(objects(old).map((tag) => [tag["Key"], tag]));
  for (const tag of objects(more)) byKey.set(tag["Key"], tag);
  return [...byKey.values()];
}

/** Tags in the list form without those of the given keys. */
export function removeTags(old: Json | undefined, keys: readonly string[]): readonly JsonObject[] {
  return objects(old).filter((tag) => !keys.includes(str(tag["Key"])));
}

/** The value of one tag in the list form. Undefined when the row has no such tag. */
export function tagOf(row: JsonObject | Row, key: string): string | undefined {
  const tag = objects(row["Tags"]).find((one) => one["Key"] === key);
  return tag === undefined ? undefined : str(tag["Value"] ?? "");
}
