import { expect, test } from "bun:test";
import { statePaths } from "../../../src/cli/state_paths.ts";

const cwd = "/work/here";

test("statePaths() takes --state-dir before all else, relative to the working directory", () => {
  const paths = statePaths("st", { env: { STATE_DIRECTORY: "/x" }, cwd });
  expect(paths).toEqual({
    directory: "/work/here/st",
    socket: "/work/here/st/tssync.sock",
    token: "/work/here/st/token",
    log: "/work/here/st/tssync.log",
  });
});

test("statePaths() takes the first directory of systemd before the default", () => {
  const env = { STATE_DIRECTORY: "/var/lib/a:/var/lib/b", XDG_STATE_HOME: "/x", HOME: "/h" };
  expect(statePaths(null, { env, cwd }).directory).toBe("/var/lib/a");
});

test("statePaths() of root is /var/lib/tssync whatever the environment says", () => {
  const env = { XDG_STATE_HOME: "/x", HOME: "/h" };
  expect(statePaths(null, { env, cwd, userId: 0 }).directory).toBe("/var/lib/tssync");
});

for (
  const [name, env, directory] of [
    ["XDG_STATE_HOME", { XDG_STATE_HOME: "/x", HOME: "/h" }, "/x/tssync"],
    ["HOME where XDG_STATE_HOME is relative", { XDG_STATE_HOME: "x", HOME: "/h" }, "/h/.local/state/tssync"],
    ["HOME where XDG_STATE_HOME is missing", { HOME: "/h" }, "/h/.local/state/tssync"],
  ] as const
) {
  test(`statePaths() of a user follows ${name}`, () => {
    expect(statePaths(null, { env, cwd, userId: 1000 }).directory).toBe(directory);
  });
}

test("statePaths() of a user without a home says what to give", () => {
  expect(() => statePaths(null, { env: {}, cwd, userId: 1000 })).toThrow("give one with --state-dir");
});
