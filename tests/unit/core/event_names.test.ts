import { expect, test } from "bun:test";
import { ALL_EVENTS, eventMask, eventText } from "../../../src/core/event_names.ts";
import { IN } from "../../../src/core/inotify_event.ts";

test("eventMask() reads names in any letter case, and what stands for several", () => {
  expect(eventMask("Modify,close_write")).toBe(IN.MODIFY | IN.CLOSE_WRITE);
  expect(eventMask("close")).toBe(IN.CLOSE_WRITE | IN.CLOSE_NOWRITE);
  expect(eventMask("move")).toBe(IN.MOVED_FROM | IN.MOVED_TO);
  expect(eventMask("all_events")).toBe(ALL_EVENTS);
  expect(eventMask("oneshot")).toBe(0x80000000);
});

test("eventMask() gives nothing for an empty name and null for an unknown one", () => {
  expect(eventMask("")).toBe(0);
  expect(eventMask("modify,")).toBe(0);
  expect(eventMask("modify,made_up")).toBeNull();
});

test("eventText() names every bit in a fixed order and gives a number for what has no name", () => {
  expect(eventText(IN.CREATE | IN.ISDIR, ",")).toBe("CREATE,ISDIR");
  expect(eventText(IN.CLOSE_WRITE, ";")).toBe("CLOSE_WRITE;CLOSE");
  expect(eventText(0x10000000, ",")).toBe("0x10000000");
});
