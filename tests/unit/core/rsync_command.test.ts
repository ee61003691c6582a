import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  auditArguments,
  type CallOptions,
  destination,
  flatArguments,
  rootAttributesArguments,
  type RsyncTarget,
  sshCommand,
  treeArguments,
} from "../../../src/core/rsync_command.ts";

const DAEMON: RsyncTarget = {
  kind: "daemon",
  host: "backup",
  port: 8873,
  user: "rsync",
  passwordFile: "/etc/rsync.pass",
  module: "www",
  path: "",
};
const SSH: RsyncTarget = {
  kind: "ssh",
  host: "::1",
  port: 22,
  user: null,
  identityFile: "/keys/it's mine",
  options: ["-o", "StrictHostKeyChecking=yes"],
  path: "/srv/data",
};
const LOCAL: RsyncTarget = { kind: "local", path: "/mnt/copy" };

const CALL: CallOptions = {
  target: DAEMON,
  params: ["-artuz"],
  timeoutSeconds: 100,
  deletes: true,
  deletesMax: null,
  trash: null,
  nanoseconds: true,
};

const FORMS = {
  flat: (call: CallOptions) => flatArguments({ ...call, content: true }),
  plain: (call: CallOptions) => flatArguments({ ...call, content: false }),
  tree: (call: CallOptions) => treeArguments({ ...call, checksum: false, excludePatterns: ["*.log"] }),
  attributes: rootAttributesArguments,
} as const;

const anyTarget = fc.constantFrom(DAEMON, SSH, LOCAL);
const anyCall = fc.record({
  target: anyTarget,
  params: fc.subarray(["-artuz", "--delete", "--delete-after", "--del", "--compress-level=9", "--partial"]),
  timeoutSeconds: fc.option(fc.integer({ min: 1, max: 1_000 })),
  deletes: fc.boolean(),
  deletesMax: fc.option(fc.nat(100)),
  trash: fc.option(fc.constant({ name: ".trash", day: "2026-11-20" })),
  nanoseconds: fc.boolean(),
});
const anyForm = fc.constantFrom(...Object.keys(FORMS) as (keyof typeof FORMS)[]);

describe("the arguments of every call", () => {
  test("hold nothing that deletes where deletes are switched off", () => {
    fc.assert(fc.property(anyCall, anyForm, (call, form) => {
      const args = FORMS[form]({ ...call, deletes: false });
      for (const audit of [args, auditArguments(args)]) {
        expect(audit.filter((argument) => /^--(del|force|max-delete|remove)/.test(argument))).toEqual([]);
      }
    }));
  });

  test("compare nanoseconds, or everything where rsync cannot", () => {
    fc.assert(fc.property(anyCall, anyForm, (call, form) => {
      expect(FORMS[form]({ ...call, nanoseconds: true })).toContain("--modify-window=-1");
      expect(FORMS[form]({ ...call, nanoseconds: false })).toContain("-I");
    }));
  });

  test("never ignore errors, name no file, and end with the root and a directory", () => {
    fc.assert(fc.property(anyCall, anyForm, (call, form) => {
      const args = FORMS[form](call);
      expect(args).not.toContain("--ignore-errors");
      expect(args.at(-2)).toBe("./");
      expect(args.at(-1)!.endsWith("/")).toBe(true);
      if (form !== "attributes") expect(args).toEqual(expect.arrayContaining(["--from0", "--files-from=-", "-R"]));
    }));
  });

  test("let the configuration's parameters come first, so that what a call needs wins", () => {
    fc.assert(fc.property(anyCall, anyForm, (call, form) => {
      const args = FORMS[form](call);
      const recursion = args.findIndex((argument) => argument === "--no-recursive" || argument === "--recursive");
      for (const parameter of call.params) expect(args.indexOf(parameter)).toBeLessThan(recursion);
    }));
  });
});

describe("rootAttributesArguments()", () => {
  test("sends no content and deletes none, whatever the configuration's parameters are", () => {
    fc.assert(fc.property(anyCall, (call) => {
      const args = rootAttributesArguments(call);
      expect(args).toEqual(expect.arrayContaining(["--no-recursive", "--dirs", "--exclude=/*"]));
      expect(args.filter((argument) => argument.startsWith("--delete-excluded"))).toEqual([]);
    }));
  });
});

describe("auditArguments()", () => {
  test("asks the same, changes nothing, and compares content instead of sending it anyway", () => {
    fc.assert(fc.property(anyCall, anyForm, (call, form) => {
      const args = FORMS[form](call);
      const audit = auditArguments(args);
      expect(audit[0]).toBe("-n");
      expect(audit).not.toContain("-I");
      expect(audit.filter((argument) => argument.startsWith("--out-format="))).toHaveLength(1);
      expect(audit.filter((argument) => argument.startsWith("--max-delete="))).toEqual([]);
      expect(audit.includes("-c")).toBe(args.includes("-I"));
    }));
  });
});

describe("flatArguments()", () => {
  test("deletes what is gone and lets nothing stand in the way", () => {
    expect(FORMS.flat(CALL)).toEqual(expect.arrayContaining([
      "--no-recursive",
      "--dirs",
      "--delete",
      "--delete-missing-args",
      "--force",
      "--sockopts=TCP_NODELAY",
      "--contimeout=15",
      "--port=8873",
      "--timeout=100",
      "--password-file=/etc/rsync.pass",
      "rsync@backup::www/",
    ]));
  });

  test("takes a vanished name for no error where it deletes nothing", () => {
    expect(FORMS.flat({ ...CALL, deletes: false })).toContain("--ignore-missing-args");
    expect(FORMS.flat(CALL)).not.toContain("--ignore-missing-args");
  });

  test("names nothing that is gone to a remote that refuses that", () => {
    const args = FORMS.flat({ ...CALL, deletesByRules: true });
    expect(args).toEqual(expect.arrayContaining(["--delete", "--force", "--ignore-missing-args"]));
    expect(args).not.toContain("--delete-missing-args");
  });

  test("keeps the trash out of the way of the deletes that fill it", () => {
    const args = FORMS.flat({ ...CALL, trash: { name: ".trash", day: "2026-11-20" } });
    expect(args).toEqual(expect.arrayContaining(["--backup", "--backup-dir=.trash/2026-11-20", "--exclude=/.trash/"]));
  });
});

describe("destination()", () => {
  test("is always a directory", () => {
    expect(destination(DAEMON)).toBe("rsync@backup::www/");
    expect(destination({ ...DAEMON, user: null, path: "a/b" })).toBe("backup::www/a/b/");
    expect(destination({ ...DAEMON, host: "fe80::1" })).toBe("rsync@[fe80::1]::www/");
    expect(destination(SSH)).toBe("[::1]:/srv/data/");
    expect(destination(LOCAL)).toBe("/mnt/copy/");
    expect(destination({ ...LOCAL, path: "/mnt/copy/" })).toBe("/mnt/copy/");
  });
});

describe("sshCommand()", () => {
  test("never asks, and gives up on a dead host", () => {
    if (SSH.kind !== "ssh") throw new Error("not ssh");
    expect(sshCommand(SSH)).toEqual(
      expect.arrayContaining(["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15"]),
    );
    expect(sshCommand(SSH).slice(0, 7)).toEqual([
      "ssh",
      "-p",
      "22",
      "-i",
      "/keys/it's mine",
      "-o",
      "StrictHostKeyChecking=yes",
    ]);
    expect(sshCommand({ ...SSH, port: null, identityFile: null, options: [] })[1]).toBe("-o");
  });
});
