import type { InotifyScenario } from "./inotify_session.ts";

/** Entries that come, change and go. */
export const ENTRY_SCENARIOS: readonly InotifyScenario[] = [
  {
    title: "a new file is created and closed",
    run(session) {
      session.watch("");
      session.create("a");
    },
    events: [". CREATE a", ". CLOSE_WRITE a"],
  },
  {
    title: "a new file with content is modified between creation and close",
    run(session) {
      session.watch("");
      session.write("a", "content");
    },
    events: [". CREATE a", ". MODIFY a", ". CLOSE_WRITE a"],
  },
  {
    title: "a rewritten file is modified once, since cutting and writing merge",
    run(session) {
      session.create("a");
      session.watch("");
      session.write("a", "content");
    },
    events: [". MODIFY a", ". CLOSE_WRITE a"],
  },
  {
    title: "a rewrite with nothing is a modification",
    run(session) {
      session.write("a", "content");
      session.watch("");
      session.write("a", "");
    },
    events: [". MODIFY a", ". CLOSE_WRITE a"],
  },
  {
    title: "an append tells nothing of a close before it happens",
    run(session) {
      session.watch("");
      const file = session.disk.open(session.at("log"));
      file.write("one");
      file.write("two");
      session.create("between");
      file.write("three");
      file.close();
    },
    events: [
      ". CREATE log",
      ". MODIFY log",
      ". CREATE between",
      ". CLOSE_WRITE between",
      ". MODIFY log",
      ". CLOSE_WRITE log",
    ],
  },
  {
    title: "equal events merge only while they wait",
    async run(session) {
      session.watch("");
      const file = session.disk.open(session.at("log"));
      file.write("one");
      await session.events();
      file.write("two");
      file.write("three");
      await session.events();
      file.close();
    },
    events: [". CREATE log", ". MODIFY log", ". MODIFY log", ". CLOSE_WRITE log"],
  },
  {
    title: "equal events with another between them do not merge",
    run(session) {
      session.watch("");
      session.mkdir("d");
      session.disk.chmod(session.at("d"), 0o700);
      session.disk.chmod(session.at("d"), 0o711);
      session.create("a");
      session.create("a");
      session.create("a");
    },
    events: [". CREATE|ISDIR d", ". ATTRIB|ISDIR d", ". CREATE a", ". CLOSE_WRITE a"],
  },
  {
    title: "a symbolic link, a named pipe and a hard link are only created",
    run(session) {
      session.create("a");
      session.watch("");
      session.disk.symlink("nowhere", session.at("symlink"));
      session.disk.mkfifo(session.at("fifo"));
      session.disk.link(session.at("a"), session.at("hard"));
    },
    events: [". CREATE symlink", ". CREATE fifo", ". CREATE hard"],
  },
  {
    title: "writing through one name of a file tells that name only",
    run(session) {
      session.mkdir("d", "e");
      session.create("d/a");
      session.disk.link(session.at("d/a"), session.at("e/b"));
      session.watch("d");
      session.watch("e");
      session.write("e/b", "content");
    },
    events: ["e MODIFY b", "e CLOSE_WRITE b"],
  },
  {
    title: "writing through a symbolic link tells the directory of the file",
    run(session) {
      session.mkdir("d");
      session.create("d/a");
      session.disk.symlink("d/a", session.at("s"));
      session.watch("");
      session.watch("d");
      session.write("s", "content");
      session.disk.chmod(session.at("s"), 0o600);
    },
    events: ["d MODIFY a", "d CLOSE_WRITE a", "d ATTRIB a"],
  },
  {
    title: "attributes of a file are told with its name",
    async run(session) {
      session.create("a");
      session.watch("");
      session.disk.chmod(session.at("a"), 0o600);
      await session.events();
      session.disk.utimes(session.at("a"), 1_000_000);
    },
    events: [". ATTRIB a", ". ATTRIB a"],
  },
  {
    title: "attributes of a directory are told to its parent and to itself",
    run(session) {
      session.mkdir("d");
      session.watch("");
      session.watch("d");
      session.disk.chmod(session.at("d"), 0o700);
    },
    events: [". ATTRIB|ISDIR d", "d ATTRIB|ISDIR"],
  },
  {
    title: "attributes of a symbolic link are its own",
    run(session) {
      session.mkdir("d");
      session.disk.symlink("d", session.at("s"));
      session.watch("");
      session.watch("d");
      session.disk.utimes(session.at("s"), 1_000_000);
    },
    events: [". ATTRIB s"],
  },
  {
    title: "a removed file is deleted from its directory",
    run(session) {
      session.create("a");
      session.watch("");
      session.unlink("a");
    },
    events: [". DELETE a"],
  },
  {
    title: "a removed name of a file with two names is deleted as any other",
    run(session) {
      session.create("a");
      session.disk.link(session.at("a"), session.at("b"));
      session.watch("");
      session.unlink("a");
    },
    events: [". DELETE a"],
  },
  {
    title: "a file that is removed while it is open tells nothing more",
    run(session) {
      session.watch("");
      const file = session.disk.open(session.at("a"));
      session.unlink("a");
      file.write("content");
      file.close();
    },
    events: [". CREATE a", ". DELETE a"],
  },
  {
    title: "a directory of the same name is another one",
    run(session) {
      session.mkdir("d");
      session.watch("");
      session.watch("d");
      session.rmdir("d");
      session.mkdir("d");
      session.create("d/a");
      session.watch("d");
      session.create("d/b");
    },
    events: ["d DELETE_SELF", "d IGNORED", ". DELETE|ISDIR d", ". CREATE|ISDIR d", "d CREATE b", "d CLOSE_WRITE b"],
  },
  {
    title: "a removed tree is told from the bottom up",
    run(session) {
      session.mkdir("d", "d/e", "d/e/f");
      session.create("d/a", "d/e/b", "d/e/f/c");
      for (const path of ["", "d", "d/e", "d/e/f"]) session.watch(path);
      session.removeTree("d");
    },
    events: [
      "d DELETE a",
      "d/e DELETE b",
      "d/e/f DELETE c",
      "d/e/f DELETE_SELF",
      "d/e/f IGNORED",
      "d/e DELETE|ISDIR f",
      "d/e DELETE_SELF",
      "d/e IGNORED",
      "d DELETE|ISDIR e",
      "d DELETE_SELF",
      "d IGNORED",
      ". DELETE|ISDIR d",
    ],
  },
  {
    title: "what appears at once in a new directory is not told",
    run(session) {
      session.watch("");
      session.mkdir("d", "d/e");
      session.create("d/e/a");
      session.watch("d");
      session.create("d/b");
      session.create("d/e/c");
    },
    events: [". CREATE|ISDIR d", "d CREATE b", "d CLOSE_WRITE b"],
  },
  {
    title: "odd names come as they are",
    run(session) {
      session.watch("");
      for (
        const name of [
          " ",
          "-rf",
          "#x",
          ";x",
          "a\nb",
          "'\"",
          "x".repeat(15),
          "y".repeat(16),
          "z".repeat(255),
          "\xc3\xbc",
        ]
      ) session.create(name);
    },
    events: [
      ". CREATE  ",
      ". CLOSE_WRITE  ",
      ". CREATE -rf",
      ". CLOSE_WRITE -rf",
      ". CREATE #x",
      ". CLOSE_WRITE #x",
      ". CREATE ;x",
      ". CLOSE_WRITE ;x",
      ". CREATE a\nb",
      ". CLOSE_WRITE a\nb",
      ". CREATE '\"",
      ". CLOSE_WRITE '\"",
      `. CREATE ${"x".repeat(15)}`,
      `. CLOSE_WRITE ${"x".repeat(15)}`,
      `. CREATE ${"y".repeat(16)}`,
      `. CLOSE_WRITE ${"y".repeat(16)}`,
      `. CREATE ${"z".repeat(255)}`,
      `. CLOSE_WRITE ${"z".repeat(255)}`,
      ". CREATE \xc3\xbc",
      ". CLOSE_WRITE \xc3\xbc",
    ],
  },
  {
    title: "names that are not valid UTF-8 come as they are",
    needs: "any bytes",
    run(session) {
      session.watch("");
      session.mkdir("\xff\xfe");
      session.watch("\xff\xfe");
      session.create("\xff\xfe/\xe4\x80");
      session.rename("\xff\xfe/\xe4\x80", "\xc3");
    },
    events: [
      ". CREATE|ISDIR \xff\xfe",
      "\xff\xfe CREATE \xe4\x80",
      "\xff\xfe CLOSE_WRITE \xe4\x80",
      "\xff\xfe MOVED_FROM \xe4\x80 #1",
      ". MOVED_TO \xc3 #1",
    ],
  },
];
