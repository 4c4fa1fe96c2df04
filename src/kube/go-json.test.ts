import { expect, test } from "vitest";
import { goJson } from "./go-json.ts";

test.each([
  [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
  [{ "10": "ten", "9": "nine", Z: {}, a: "" }, '{"10":"ten","9":"nine","Z":{},"a":""}'],
  [{ "<": "a & b > c" }, '{"\\u003c":"a \\u0026 b \\u003e c"}'],
  ["\u2028\u2029é", '"\\u2028\\u2029é"'],
  [null, "null"],
])("%j is printed as Go does", (value, text) => {
  expect(goJson(value)).toBe(text);
});
