import { expect, test } from "vitest";
import { forecastJson, parseForecast, type ShiftForecast } from "./forecast.ts";

const whole: ShiftForecast = {
  nodes: 10,
  usdPerHour: { low: 1.8, expected: 1.9, high: 2.1 },
  zones: [{ zone: "us-east-1a", atLeast: 3, atMost: 5 }],
};

test("a forecast comes back from a plan as it went in, unknown prices as unknown", () => {
  const unknown = { ...whole, usdPerHour: { low: undefined, expected: undefined, high: undefined } };
  for (const one of [whole, unknown]) expect(parseForecast(JSON.parse(JSON.stringify(forecastJson(one))))).toEqual(one);
});

test("plans of older versions carry the expected cost alone, or none", () => {
  expect(parseForecast({ nodes: 9, usdPerHour: 1.7 })).toEqual({
    nodes: 9,
    usdPerHour: { low: 1.7, expected: 1.7, high: 1.7 },
    zones: [],
  });
  expect(parseForecast({ nodes: 9, usdPerHour: null })?.usdPerHour.expected).toBe(undefined);
  expect(parseForecast(undefined)).toBe(undefined);
});
