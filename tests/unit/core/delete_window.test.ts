import { expect, test } from "bun:test";
import { DELETE_WINDOW_SECONDS, DeleteWindow } from "../../../src/core/delete_window.ts";

test("DeleteWindow.left() is what the deletes of the last minute leave of the limit, however many batches they came in", () => {
  const window = new DeleteWindow();
  expect([window.left(null, 0), window.left(5, 0)]).toEqual([null, 5]);
  for (const atMs of [0, 100, 30_000]) window.made(1, atMs);
  expect(window.left(5, 30_000)).toBe(2);
  window.made(9, 31_000);
  expect(window.left(5, 31_000)).toBe(0);
  expect(window.left(null, 31_000)).toBeNull();
  const secondMs = DELETE_WINDOW_SECONDS * 1000;
  expect(window.left(11, secondMs)).toBe(1);
  expect(window.left(5, 31_000 + secondMs)).toBe(5);
});
