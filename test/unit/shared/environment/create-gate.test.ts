import { expect, test } from "vitest";
import { createGate } from "../../../../shared/environment/create-gate.ts";

test("lets in what fits, the rest in order, and what is larger than the room alone", () => {
  const entered: string[] = [];
  const enter = createGate(10);
  const leaveA = enter(6, () => entered.push("a"));
  const leaveB = enter(4, () => entered.push("b"));
  const leaveC = enter(5, () => entered.push("c"));
  const leaveD = enter(1, () => entered.push("d"));
  const leaveE = enter(30, () => entered.push("e"));
  enter(1, () => entered.push("f"));
  expect(entered).toEqual(["a", "b"]);
  leaveB();
  expect(entered).toEqual(["a", "b"]);
  leaveA();
  expect(entered).toEqual(["a", "b", "c", "d"]);
  leaveC();
  leaveD();
  expect(entered).toEqual(["a", "b", "c", "d", "e"]);
  leaveE();
  expect(entered).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("a place that is given up, twice, keeps nobody waiting and makes no room that is not there", () => {
  const entered: string[] = [];
  const enter = createGate(10);
  const leaveA = enter(10, () => entered.push("a"));
  const leaveB = enter(10, () => entered.push("b"));
  enter(10, () => entered.push("c"));
  leaveB();
  leaveB();
  expect(entered).toEqual(["a"]);
  leaveA();
  leaveA();
  expect(entered).toEqual(["a", "c"]);
  enter(10, () => entered.push("d"));
  expect(entered).toEqual(["a", "c"]);
});
