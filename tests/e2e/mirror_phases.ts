/** What people and programs do to a directory, in small steps: after each of them a mirror must be equal. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { ODD_NAMES } from "./odd_names.ts";

export type Phase = {
  readonly title: string;
  /** Works below `top`, an existing directory; `outside` lies on the same file system and is not watched. */
  readonly run: (top: string, outside: string) => void;
  /** Left out where `attrib` and `modify` are switched off. */
  readonly needsEverySwitch?: true;
};

/** They build on each other: run them in this order, in one directory that nothing else touches. */
export const PHASES: readonly Phase[] = [
  {
    title: "creates, nested directories and files of all sizes",
    run(top) {
      write(`${top}/empty`, "");
      write(`${top}/one byte`, "1");
      write(`${top}/large`, Buffer.alloc(6_000_000, "large file "));
      fs.mkdirSync(`${top}/deep/er/and/deeper/still`, { recursive: true });
      write(`${top}/deep/er/and/deeper/still/file`, "found");
      fs.mkdirSync(`${top}/empty directory`);
      for (let index = 0; index < 50; index++) {
        fs.mkdirSync(`${top}/many/${index}`, { recursive: true });
        write(`${top}/many/${index}/file`, `file ${index}`);
      }
      for (let index = 0; index < 30; index++) write(`${top}/rewritten ${index}`, `first ${index}`);
    },
  },
  {
    title: "rewrites of the same size within a second, appends, truncations, atomic saves",
    run(top) {
      for (let index = 0; index < 30; index++) write(`${top}/rewritten ${index}`, `FIRST ${index}`);
      for (let index = 0; index < 100; index++) fs.appendFileSync(`${top}/log`, `line ${index}\n`);
      fs.appendFileSync(`${top}/large`, "more");
      const file = fs.openSync(`${top}/large`, "r+");
      fs.ftruncateSync(file, 5_500_000);
      fs.writeSync(file, "in the middle", 3_000_000);
      fs.closeSync(file);
      for (let index = 0; index < 20; index++) {
        write(`${top}/.saved.tmp`, `version ${index}`);
        fs.renameSync(`${top}/.saved.tmp`, `${top}/saved`);
      }
    },
  },
  {
    title: "renames of files and directories",
    run(top) {
      fs.renameSync(`${top}/empty`, `${top}/renamed`);
      fs.renameSync(`${top}/renamed`, `${top}/deep/moved`);
      fs.renameSync(`${top}/many`, `${top}/deep/er/many`);
      write(`${top}/deep/er/many/7/added under the new name`, "x");
      fs.mkdirSync(`${top}/deep/er/many/new`);
      write(`${top}/deep/er/many/new/file`, "y");
      // Two directories swap their names.
      fs.renameSync(`${top}/deep/er/many/1`, `${top}/swap`);
      fs.renameSync(`${top}/deep/er/many/2`, `${top}/deep/er/many/1`);
      fs.renameSync(`${top}/swap`, `${top}/deep/er/many/2`);
      // The old name is taken again at once.
      fs.renameSync(`${top}/deep/er/many/3`, `${top}/deep/er/many/third`);
      fs.mkdirSync(`${top}/deep/er/many/3`);
      write(`${top}/deep/er/many/3/file`, "another third");
    },
  },
  {
    title: "symbolic links, hard links and FIFOs",
    run(top) {
      fs.symlinkSync("large", `${top}/link`);
      fs.symlinkSync("deep/er", `${top}/link to a directory`);
      fs.symlinkSync("/nowhere/at all", `${top}/dangling`);
      fs.symlinkSync("saved", `${top}/link.new`);
      fs.renameSync(`${top}/link.new`, `${top}/link`);
      fs.linkSync(`${top}/saved`, `${top}/deep/hard link`);
      fs.linkSync(`${top}/deep/hard link`, `${top}/second hard link`);
      execFileSync("mkfifo", ["--", `${top}/fifo`, `${top}/deep/fifo`]);
    },
  },
  {
    title: "deletes and recreations in one burst",
    run(top) {
      for (let index = 0; index < 50; index++) write(`${top}/burst/old ${index}`, "old");
      fs.rmSync(`${top}/burst`, { recursive: true });
      fs.mkdirSync(`${top}/burst`);
      for (let index = 0; index < 20; index++) write(`${top}/burst/new ${index}`, "new");
      for (let index = 0; index < 200; index++) {
        write(`${top}/temporary`, "x");
        fs.unlinkSync(`${top}/temporary`);
      }
      fs.rmSync(`${top}/deep/er/many/4`, { recursive: true });
      write(`${top}/deep/er/many/4/file`, "again");
      fs.unlinkSync(`${top}/saved`);
      write(`${top}/saved`, "again");
    },
  },
  {
    title: "the same burst once the remotes have it",
    run(top) {
      fs.rmSync(`${top}/burst`, { recursive: true });
      for (let index = 10; index < 40; index++) write(`${top}/burst/new ${index}`, "newer");
      fs.rmSync(`${top}/burst`, { recursive: true });
      for (let index = 30; index < 35; index++) write(`${top}/burst/deep/new ${index}`, "newest");
    },
  },
  {
    title: "moves into and out of the root",
    run(top, outside) {
      for (let index = 0; index < 20; index++) {
        write(`${outside}/in/${index % 4}/file ${index}`, `from outside ${index}`);
      }
      write(`${outside}/file`, "from outside");
      fs.renameSync(`${outside}/in`, `${top}/in`);
      fs.renameSync(`${outside}/file`, `${top}/in/file`);
      write(`${top}/in/2/added`, "x");
      fs.renameSync(`${top}/deep/er/many`, `${outside}/many`);
      // Nobody may look there any more.
      write(`${outside}/many/5/unseen`, "x");
      fs.renameSync(`${top}/second hard link`, `${outside}/hard link`);
      // Out and in again under another name.
      fs.renameSync(`${top}/in/1`, `${outside}/1`);
      write(`${outside}/1/while outside`, "x");
      fs.renameSync(`${outside}/1`, `${top}/in/back`);
    },
  },
  {
    title: "directories, files and links that take each other's place",
    run(top) {
      fs.rmSync(`${top}/in/0`, { recursive: true });
      write(`${top}/in/0`, "a file now");
      fs.unlinkSync(`${top}/in/file`);
      write(`${top}/in/file/below`, "a directory now");
      fs.rmSync(`${top}/in/2`, { recursive: true });
      fs.symlinkSync("0", `${top}/in/2`);
      fs.unlinkSync(`${top}/link to a directory`);
      write(`${top}/link to a directory/below`, "a directory now");
      fs.unlinkSync(`${top}/fifo`);
      write(`${top}/fifo`, "a file now");
      fs.renameSync(`${top}/empty directory`, `${top}/was empty`);
      fs.renameSync(`${top}/deep/moved`, `${top}/empty directory`);
    },
  },
  {
    title: "odd names",
    run(top) {
      fs.mkdirSync(`${top}/odd`);
      for (const name of ODD_NAMES) {
        write(bytes(`${top}/odd/`, name), "1");
        const directory = bytes(`${top}/odd/d`, name.slice(0, 250));
        fs.mkdirSync(directory);
        write(bytes(`${top}/odd/d`, `${name.slice(0, 250)}/below`), "1");
        fs.symlinkSync(bytes(name), bytes(`${top}/odd/l`, name.slice(0, 250)));
      }
    },
  },
  {
    title: "odd names written again, renamed and deleted",
    run(top) {
      for (const [index, name] of ODD_NAMES.entries()) {
        write(bytes(`${top}/odd/`, name), "2");
        write(bytes(`${top}/odd/d`, `${name.slice(0, 250)}/below`), "2");
        if (index % 3 === 0) fs.unlinkSync(bytes(`${top}/odd/`, name));
        if (index % 3 === 1) {
          fs.renameSync(bytes(`${top}/odd/d`, name.slice(0, 250)), bytes(`${top}/odd/m`, name.slice(0, 250)));
        }
        if (index % 3 === 2) {
          fs.unlinkSync(bytes(`${top}/odd/d`, `${name.slice(0, 250)}/below`));
          fs.rmdirSync(bytes(`${top}/odd/d`, name.slice(0, 250)));
        }
      }
    },
  },
  {
    title: "permissions, owners and times, and files cut without being opened",
    needsEverySwitch: true,
    run(top) {
      fs.chmodSync(`${top}/saved`, 0o600);
      fs.chmodSync(`${top}/log`, 0o4755);
      fs.chmodSync(`${top}/deep`, 0o700);
      write(`${top}/deep/after the change`, "x");
      execFileSync("truncate", ["--size=100", "--", `${top}/log`]);
      fs.truncateSync(`${top}/one byte`, 5);
      fs.chownSync(`${top}/deep/hard link`, process.getuid!(), process.getgid!());
      fs.utimesSync(`${top}/large`, 1_000_000_000, 1_000_000_000);
      fs.utimesSync(`${top}/deep/er`, 1_100_000_000, 1_100_000_000);
      fs.chmodSync(top, 0o750);
    },
  },
  {
    title: "1,000 files of 10 KB at once",
    run(top) {
      fs.mkdirSync(`${top}/thousand`);
      for (let index = 0; index < 1000; index++) write(`${top}/thousand/${index}`, Buffer.alloc(10_240, `${index} `));
    },
  },
  {
    title: "deletes of files and of whole trees",
    run(top) {
      fs.rmSync(`${top}/thousand`, { recursive: true });
      fs.unlinkSync(`${top}/large`);
      fs.unlinkSync(`${top}/dangling`);
      fs.unlinkSync(`${top}/deep/fifo`);
      execFileSync("rm", ["-rf", "--", `${top}/odd`, `${top}/in`]);
      for (let index = 0; index < 30; index += 2) fs.unlinkSync(`${top}/rewritten ${index}`);
    },
  },
];

/** Writes a file, with the directories above it. */
function write(path: string | Buffer, content: string | Buffer): void {
  if (typeof path === "string") fs.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  fs.writeFileSync(path, content);
}

/** A path whose parts are one character per byte. */
function bytes(...parts: string[]): Buffer {
  return Buffer.from(parts.join(""), "latin1");
}
