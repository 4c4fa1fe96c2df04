import { Command } from "commander";
import { expect, test } from "vitest";
import { addMoneyOptions, type MoneyOptions, moneyWords } from "./money.ts";

test("what was said of bills is repeated so that it reads the same", () => {
  const parsed = (words: string): MoneyOptions => {
    const cli = new Command();
    addMoneyOptions(cli);
    return cli.parse(words === "" ? [] : words.split(" "), { from: "user" }).opts<MoneyOptions>();
  };
  const all = parsed(
    "--discount 5% --savings-plan $0.2 --savings-plan-discount 30 --reserved-instances m5.large=2 --reserved-instances r5.large=1 --reserved-discount 40 --per-node-fee .03",
  );
  expect(Object.keys(all)).toHaveLength(6);
  expect(parsed(moneyWords(all))).toEqual(all);
  expect(moneyWords(parsed(""))).toBe("");
});
