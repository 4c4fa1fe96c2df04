import { expect, test } from "vitest";
import { objectInProtobuf } from "./protobuf.ts";

// As `kubectl auth whoami` of 1.32.4 sends it.
const whoAmI =
  "6b3873000a2d0a1861757468656e7469636174696f6e2e6b38732e696f2f7631121153656c665375626a656374526576696577" +
  "121a0a100a0012001a0022002a003200380042001206" +
  "0a040a0012001a002200";

test("a review that kubectl sends as protobuf is read", () => {
  expect(objectInProtobuf(Buffer.from(whoAmI, "hex"))).toEqual({
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    metadata: {},
  });
});

test("what is cut off, of an unknown kind or no message at all is not read", () => {
  const whole = Buffer.from(whoAmI, "hex");
  expect(objectInProtobuf(whole.subarray(0, 60))).toBeUndefined();
  expect(
    objectInProtobuf(Buffer.from(whole.toString("latin1").replace("SelfSubject", "SelfXubject"), "latin1")),
  ).toBeUndefined();
  expect(objectInProtobuf(Buffer.from("{}"))).toBeUndefined();
});
