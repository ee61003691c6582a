import { describe, expect, test } from "bun:test";
import {
  endFacts,
  EXIT_CODES,
  exitFacts,
  messageFor,
  refusesMissing,
  stoppedAt,
  summariseMessages,
} from "../../../src/core/rsync_outcome.ts";

describe("exitFacts()", () => {
  test("knows what of rsync's codes is whose trouble", () => {
    const endings = Object.groupBy(Object.keys(EXIT_CODES), (code) => EXIT_CODES[Number(code)]!.ending);
    expect(endings.complete).toEqual(["0"]);
    expect(endings.partial).toEqual(["23", "24"]);
    expect(endings.deletes_held).toEqual(["25"]);
    expect(endings.refused).toEqual(expect.arrayContaining(["1", "2", "4", "5"]));
    for (const code of ["10", "11", "12", "20", "30", "35", "255"]) expect(endings.remote_down).toContain(code);
  });

  test("takes signals and unknown codes for one remote's trouble", () => {
    expect(exitFacts(null).ending).toBe("remote_down");
    expect(exitFacts(77)).toEqual({ ending: "remote_down", meaning: "unknown exit code 77" });
  });
});

describe("summariseMessages()", () => {
  test("leaves out what repeats the exit code", () => {
    expect(summariseMessages("@ERROR: auth failed on module www\nrsync error: error starting (code 5) at main.c(1)\n"))
      .toBe("@ERROR: auth failed on module www");
  });

  test("keeps that where there is nothing else", () => {
    expect(summariseMessages("rsync error: timeout (code 30) at io.c(1)\n")).toContain("timeout");
    expect(summariseMessages("")).toBe("");
  });

  test("gives a few lines, and no more text than is asked for", () => {
    expect(summariseMessages("a\nb\nc\nd")).toBe("a; b; c");
    expect(summariseMessages("x".repeat(1_000), 10)).toBe(`${"x".repeat(10)}…`);
  });
});

describe("messageFor()", () => {
  const stderr = [
    'rsync: [receiver] mkstemp "/data/d/.other.Xa1b2c" (in www) failed: Permission denied (13)',
    "rsync: [generator] delete_file: unlink(d/gone) failed: Operation not permitted (1)",
    'rsync: [sender] send_files failed to open "/src/d/secret": Permission denied (13)',
    "rsync error: some files/attrs were not transferred (code 23) at main.c(1394) [sender=3.5.0]",
  ].join("\n");

  test("finds the line that speaks of the path, also by the name of its temporary file", () => {
    expect(messageFor("d/secret", stderr)).toContain("send_files");
    expect(messageFor("d/other", stderr)).toContain("mkstemp");
    expect(messageFor("d/gone", stderr)).toContain("delete_file");
  });

  test("gives the first line that tells anything where none speaks of the path", () => {
    expect(messageFor("elsewhere", stderr)).toContain("mkstemp");
    expect(messageFor("elsewhere", "rsync error: x")).toBe("rsync gave no reason");
  });
});

test("endFacts() believes rsync's words about deletes that were left out where its exit code does not tell", () => {
  const words = "Deletions stopped due to --max-delete limit (1 skipped)\n";
  expect(endFacts(0, words).ending).toBe("deletes_held");
  expect(endFacts(25, words).ending).toBe("deletes_held");
  expect(endFacts(23, words).ending).toBe("partial");
  expect(endFacts(0, "").ending).toBe("complete");
  expect(endFacts(0, 'skipping non-regular file "see --max-delete limit"\n').ending).toBe("complete");
});

test("refusesMissing() knows a receiver that takes what is gone for an attack", () => {
  const stderr = "invalid file mode 00 for d/gone [Receiver]\n" +
    "rsync error: protocol incompatibility (code 2) at flist.c(874) [Receiver=3.2.7]\n";
  expect(refusesMissing(stderr)).toBe(true);
  expect(refusesMissing("rsync: invalid file mode 00 for x\nprotocol version mismatch -- is your shell clean?")).toBe(
    false,
  );
});

describe("stoppedAt()", () => {
  const full = (name: string) =>
    `rsync: [receiver] write failed on "${name}" (in m): No space left on device (28)\n` +
    "rsync error: error in file IO (code 11) at receiver.c(381) [receiver=3.5.0]\n";

  test("names the file that the receiver could not write on, with bytes that rsync shows as numbers", () => {
    expect(stoppedAt(11, full("d/too large"))).toBe("d/too large");
    expect(stoppedAt(12, `rsync: connection unexpectedly closed\n${full("a")}`)).toBe("a");
    expect(stoppedAt(11, full("a\\#377\\#012b"))).toBe("a\xff\nb");
    expect(stoppedAt(11, full('with "quotes" (in it)'))).toBe('with "quotes" (in it)');
    expect(stoppedAt(11, 'rsync: write failed on "/dst/a": Disk quota exceeded (122)\n')).toBe("/dst/a");
  });

  test("is null where the call ended otherwise", () => {
    expect(stoppedAt(0, full("a"))).toBeNull();
    expect(stoppedAt(23, full("a"))).toBeNull();
    expect(stoppedAt(null, full("a"))).toBeNull();
    expect(stoppedAt(11, "rsync: read error: Input/output error (5)\n")).toBeNull();
    expect(stoppedAt(12, 'rsync: mkstemp "write failed on "a": " failed\n')).toBeNull();
  });

  test("makes of an end that looks like a dead remote one of which an audit can tell the names", () => {
    expect(endFacts(11, full("a")).ending).toBe("partial");
    expect(endFacts(11, "").ending).toBe("remote_down");
  });
});

test("endFacts() takes a list that became impossible while it was made for no refusal: it is made again soon", () => {
  const stderr = "ABORTING due to invalid path from sender: b/f0\n" +
    "rsync error: protocol incompatibility (code 2) at generator.c(1715) [generator=3.5.0]\n";
  expect(endFacts(2, stderr)).toEqual({ ending: "remote_down", meaning: "the source changed while it was read" });
  expect(endFacts(2, "protocol version mismatch -- is your shell clean?\n").ending).toBe("refused");
});
