import { type Command, InvalidArgumentError } from "commander";
import type { SimulateOptions } from "../forecast/options.ts";
import type { ReservedInstances } from "../money/commitments.ts";
import { usage } from "../fault/fault.ts";

/** What the user says of bills: discounts, commitments, fees. */
export interface MoneyOptions {
  readonly discount?: number;
  readonly savingsPlan?: number;
  readonly savingsPlanDiscount?: number;
  readonly reservedInstances?: readonly ReservedInstances[];
  readonly reservedDiscount?: number;
  readonly perNodeFee?: number;
}

/** Adds them to a command. */
export function addMoneyOptions(cli: Command): void {
  cli
    .option("--discount <percent>", "off on-demand list prices", percent)
    .option("--savings-plan <usd>", "committed USD per hour of a Savings Plan", dollars)
    .option("--savings-plan-discount <percent>", "what its rate lies below list (default 28)", percent)
    .option("--reserved-instances <list>", "reserved instances that are paid for, TYPE=COUNT by comma", reserved)
    .option("--reserved-discount <percent>", "what their rate lies below list (default 37)", percent)
    .option("--per-node-fee <usd>", "USD per node and hour for agents that charge by node", dollars);
}

/**
 * The same for the simulation. A rate without what it is the rate of is a mistake. Throws `usage.no-savings-plan` or
 * `usage.no-reserved-instances` then.
 */
export function moneyOf(options: MoneyOptions): SimulateOptions {
  const { discount, savingsPlan, savingsPlanDiscount, reservedInstances, reservedDiscount, perNodeFee } = options;
  if (savingsPlanDiscount !== undefined && savingsPlan === undefined) {
    throw usage(
      "no-savings-plan",
      `--savings-plan-discount ${savingsPlanDiscount} has no Savings Plan to be the rate of`,
      "add --savings-plan USD, the commitment per hour",
    );
  }
  if (reservedDiscount !== undefined && reservedInstances === undefined) {
    throw usage(
      "no-reserved-instances",
      `--reserved-discount ${reservedDiscount} has no reserved instances to be the rate of`,
      "add --reserved-instances TYPE=COUNT",
    );
  }
  return {
    ...(discount === undefined ? {} : { discountPercent: discount }),
    ...(savingsPlan === undefined ? {} : { savingsPlanUsdPerHour: savingsPlan }),
    ...(savingsPlanDiscount === undefined ? {} : { savingsPlanDiscountPercent: savingsPlanDiscount }),
    ...(reservedInstances === undefined ? {} : { reservedInstances }),
    ...(reservedDiscount === undefined ? {} : { reservedDiscountPercent: reservedDiscount }),
    ...(perNodeFee === undefined ? {} : { perNodeFeeUsdPerHour: perNodeFee }),
  };
}

/** The options that were given, to be repeated in a suggested command. */
export function moneyWords(options: MoneyOptions): string {
  const { discount, savingsPlan, savingsPlanDiscount, reservedInstances, reservedDiscount, perNodeFee } = options;
  const list = reservedInstances?.map(({ instanceType, count }) => `${instanceType}=${count}`).join(",");
  const given: readonly (readonly [string, number | string | undefined])[] = [
    ["--discount", discount],
    ["--savings-plan", savingsPlan],
    ["--savings-plan-discount", savingsPlanDiscount],
    ["--reserved-instances", list],
    ["--reserved-discount", reservedDiscount],
    ["--per-node-fee", perNodeFee],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])).join(" ");
}

/** A percentage from 0 to below 100. Throws where it is none. */
export function percent(value: string): number {
  const number = plainNumber(value.replace(/%$/, ""));
  if (!(number < 100)) throw new InvalidArgumentError("it is a percentage from 0 to below 100.");
  return number;
}

/** An amount in USD. Throws where it is none. */
export function dollars(value: string): number {
  const number = plainNumber(value.replace(/^\$/, ""));
  if (!(number <= maxUsd)) throw new InvalidArgumentError("it is an amount in USD, such as 0.03.");
  return number;
}

/** More than any hour of any account costs: a slip of the keyboard. */
const maxUsd = 1_000_000;

// `Number` would read an empty text as 0, and take Infinity, 1e9 and 0x10.
function plainNumber(value: string): number {
  return /^\d+(\.\d+)?$|^\.\d+$/.test(value) ? Number(value) : Number.NaN;
}

function reserved(value: string, before: readonly ReservedInstances[] | undefined): readonly ReservedInstances[] {
  const entries = value.split(",").map((entry) => /^\s*([\w-]+\.[\w-]+)=(\d{1,6})\s*$/.exec(entry));
  return entries.reduce<readonly ReservedInstances[]>((list, found) => {
    const [, instanceType, count] = found ?? [];
    if (instanceType === undefined || count === undefined)
      throw new InvalidArgumentError("it is a list such as m5.xlarge=6,r5.large=2.");
    return [...list, { instanceType, count: Number(count) }];
  }, before ?? []);
}
