import type { InotifyScenario } from "./inotify_session.ts";

/** Names that move. */
export const RENAME_SCENARIOS: readonly InotifyScenario[] = [
  {
    title: "a file that is renamed while it is open is told by its new name",
    run(session) {
      session.mkdir("d");
      session.watch("");
      session.watch("d");
      const file = session.disk.open(session.at("a"));
      session.rename("a", "d/b");
      file.write("content");
      file.close();
    },
    events: [". CREATE a", ". MOVED_FROM a #1", "d MOVED_TO b #1", "d MODIFY b", "d CLOSE_WRITE b"],
  },
  {
    title: "a rename within a directory has two halves of one cookie",
    run(session) {
      session.create("a");
      session.watch("");
      session.rename("a", "b");
    },
    events: [". MOVED_FROM a #1", ". MOVED_TO b #1"],
  },
  {
    title: "a rename between watched directories keeps the order of both",
    run(session) {
      session.mkdir("d", "e");
      session.create("d/a");
      session.watch("d");
      session.watch("e");
      session.rename("d/a", "e/b");
    },
    events: ["d MOVED_FROM a #1", "e MOVED_TO b #1"],
  },
  {
    title: "a rename from outside is a second half alone",
    run(session) {
      session.mkdir("in", "out");
      session.create("out/a");
      session.watch("in");
      session.rename("out/a", "in/a");
    },
    events: ["in MOVED_TO a #1"],
  },
  {
    title: "a rename to outside is a first half alone",
    run(session) {
      session.mkdir("in", "out");
      session.create("in/a");
      session.watch("in");
      session.rename("in/a", "out/a");
    },
    events: ["in MOVED_FROM a #1"],
  },
  {
    title: "each rename has a cookie of its own",
    run(session) {
      session.create("a", "b");
      session.watch("");
      session.rename("a", "c");
      session.rename("b", "a");
      session.rename("c", "b");
    },
    events: [
      ". MOVED_FROM a #1",
      ". MOVED_TO c #1",
      ". MOVED_FROM b #2",
      ". MOVED_TO a #2",
      ". MOVED_FROM c #3",
      ". MOVED_TO b #3",
    ],
  },
  {
    title: "a rename over a file does not delete it",
    run(session) {
      session.create("a", "b");
      session.watch("");
      session.rename("a", "b");
    },
    events: [". MOVED_FROM a #1", ". MOVED_TO b #1"],
  },
  {
    title: "a rename over a file with another name does not delete it",
    run(session) {
      session.create("a", "b");
      session.disk.link(session.at("b"), session.at("c"));
      session.watch("");
      session.rename("a", "b");
    },
    events: [". MOVED_FROM a #1", ". MOVED_TO b #1"],
  },
  {
    title: "a rename onto another name of the same file does nothing",
    run(session) {
      session.create("a");
      session.disk.link(session.at("a"), session.at("b"));
      session.watch("");
      session.rename("a", "b");
      session.create("end");
    },
    events: [". CREATE end", ". CLOSE_WRITE end"],
  },
  {
    title: "a rename onto itself does nothing",
    run(session) {
      session.create("a");
      session.watch("");
      session.rename("a", "a");
      session.create("end");
    },
    events: [". CREATE end", ". CLOSE_WRITE end"],
  },
  {
    title: "a renamed directory keeps its watch and those below",
    run(session) {
      session.mkdir("d", "d/e");
      session.watch("");
      session.watch("d");
      session.watch("d/e");
      session.rename("d", "f");
      session.create("f/a", "f/e/b");
    },
    events: [
      ". MOVED_FROM|ISDIR d #1",
      ". MOVED_TO|ISDIR f #1",
      "d MOVE_SELF",
      "d CREATE a",
      "d CLOSE_WRITE a",
      "d/e CREATE b",
      "d/e CLOSE_WRITE b",
    ],
  },
  {
    title: "a directory that left keeps its watch until that is removed",
    run(session) {
      session.mkdir("in", "in/d", "out");
      session.watch("in");
      const wd = session.watch("in/d");
      session.rename("in/d", "out/d");
      session.create("out/d/a");
      session.inotify.removeWatch(wd);
      session.create("out/d/b");
    },
    events: ["in MOVED_FROM|ISDIR d #1", "in/d MOVE_SELF", "in/d CREATE a", "in/d CLOSE_WRITE a", "in/d IGNORED"],
  },
  {
    title: "a rename over an empty directory that is watched ends that",
    run(session) {
      session.mkdir("d", "e");
      session.create("d/a");
      for (const path of ["", "d", "e"]) session.watch(path);
      session.rename("d", "e");
      session.create("e/b");
    },
    events: [
      ". MOVED_FROM|ISDIR d #1",
      ". MOVED_TO|ISDIR e #1",
      "e ATTRIB|ISDIR",
      "d MOVE_SELF",
      "e DELETE_SELF",
      "e IGNORED",
      "d CREATE b",
      "d CLOSE_WRITE b",
    ],
  },
  {
    title: "a directory moved below another is told by the old and the new parent",
    run(session) {
      session.mkdir("d", "e", "e/f");
      for (const path of ["", "d", "e", "e/f"]) session.watch(path);
      session.rename("d", "e/f/g");
      session.disk.chmod(session.at("e/f/g"), 0o700);
    },
    events: [
      ". MOVED_FROM|ISDIR d #1",
      "e/f MOVED_TO|ISDIR g #1",
      "d MOVE_SELF",
      "e/f ATTRIB|ISDIR g",
      "d ATTRIB|ISDIR",
    ],
  },
  {
    title: "a refused rename is not told",
    run(session) {
      session.mkdir("d", "d/e", "f");
      session.create("a", "f/b");
      session.watch("");
      for (
        const [from, to] of [["d", "d/e/x"], ["a", "d"], ["d", "a"], ["d", "f"], ["missing", "x"], [
          "a",
          "missing/x",
        ]] as const
      ) {
        refused(() => session.rename(from, to));
      }
      session.create("end");
    },
    events: [". CREATE end", ". CLOSE_WRITE end"],
  },
];

function refused(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
  throw new Error("Was not refused");
}
