import { IN, watchMask } from "../../src/core/inotify_event.ts";
import type { InotifyScenario } from "./inotify_session.ts";

/** Watches: their masks, their ends, and what becomes of them under a mount. */
export const WATCH_SCENARIOS: readonly InotifyScenario[] = [
  {
    title: "a removed directory that is watched tells its end and is forgotten",
    run(session) {
      session.mkdir("d");
      session.watch("");
      session.watch("d");
      session.rmdir("d");
    },
    events: ["d DELETE_SELF", "d IGNORED", ". DELETE|ISDIR d"],
  },
  {
    title: "a removed directory that is not watched is deleted",
    run(session) {
      session.mkdir("d");
      session.watch("");
      session.rmdir("d");
    },
    events: [". DELETE|ISDIR d"],
  },
  {
    title: "a mask leaves out what it does not name",
    run(session) {
      session.mkdir("d");
      session.watch("", IN.CREATE | IN.ONLYDIR);
      session.watch("d", IN.CLOSE_WRITE | IN.ONLYDIR);
      session.write("a", "content");
      session.unlink("a");
      session.write("d/a", "content");
      session.rename("d/a", "b");
      session.rmdir("d");
    },
    events: [". CREATE a", "d CLOSE_WRITE a", "d IGNORED"],
  },
  {
    title: "a second watch on a directory replaces the mask",
    run(session) {
      const first = session.watch("", IN.CREATE | IN.ONLYDIR);
      const second = session.watch("", IN.DELETE | IN.ONLYDIR);
      if (first !== second) throw new Error("Two watches on one directory");
      session.create("a");
      session.unlink("a");
    },
    events: [". DELETE a"],
  },
  {
    title: "the mask of the watcher without its switches tells neither modifications nor attributes",
    run(session) {
      session.watch("", watchMask({ modify: false, attrib: false }));
      session.write("a", "content");
      session.disk.chmod(session.at("a"), 0o600);
      session.write("a", "more");
    },
    events: [". CREATE a", ". CLOSE_WRITE a"],
  },
  {
    title: "a removed watch is ignored from then on, and an unknown one is no error",
    run(session) {
      const wd = session.watch("");
      session.create("a");
      session.inotify.removeWatch(wd);
      session.create("b");
      session.inotify.removeWatch(wd);
      session.inotify.removeWatch(99_999);
    },
    events: [". CREATE a", ". CLOSE_WRITE a", ". IGNORED"],
  },
  {
    title: "a directory watched again after its watch was removed gets another number",
    run(session) {
      const first = session.watch("");
      session.inotify.removeWatch(first);
      const second = session.watch("");
      if (first === second) throw new Error("The number was used again");
      session.create("a");
    },
    events: [". IGNORED", ". CREATE a", ". CLOSE_WRITE a"],
  },
  {
    title: "an unmount tells every watch on it and forgets them",
    needs: "mount",
    run(session) {
      session.mkdir("m");
      session.disk.mount(session.at("m"));
      session.mkdir("m/d");
      session.watch("m");
      session.watch("");
      session.disk.unmount(session.at("m"));
      session.create("m/a");
      session.mkdir("n");
    },
    events: ["m UNMOUNT|ISDIR", "m IGNORED", ". CREATE|ISDIR n"],
  },
  {
    title: "a lazy unmount tells nothing until nothing is open",
    needs: "mount",
    run(session) {
      session.mkdir("m");
      session.disk.mount(session.at("m"));
      session.watch("");
      session.watch("m");
      const file = session.disk.open(session.at("m/a"));
      session.disk.unmount(session.at("m"), true);
      session.create("m/b");
      file.write("content");
      file.close();
    },
    events: ["m CREATE a", "m MODIFY a", "m CLOSE_WRITE a", "m UNMOUNT|ISDIR", "m IGNORED"],
  },
];
