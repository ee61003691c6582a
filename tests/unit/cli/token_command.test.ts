import { expect, test } from "bun:test";
import { memoryDaemon } from "./memory_daemon.ts";

test("tssync token create prints the token alone on stdout, and list and revoke know it by its id", async () => {
  await using daemon = await memoryDaemon();
  const made = await daemon.ask("token", "create", "--scope", "events", "--name", "deploy", "--root", "www");
  expect(made.out).toMatch(/^tssync_[\w-]{43}\n$/);
  const id = /^Token (\w+), scope events, roots www\. It is shown this once:\n$/.exec(made.err)?.[1];
  const listed = await daemon.ask("token", "list");
  expect(listed.out).toMatch(/^ID +SCOPE +ROOTS +NAME +CREATED +LAST USED\n/);
  expect(listed.out).toMatch(new RegExp(`^${id} +events +www +deploy +\\S+Z +never$`, "m"));
  expect(listed.out).not.toContain(made.out.trim());
  expect(await daemon.ask("token", "revoke", id!)).toMatchObject({ exitCode: 0, out: `token ${id} is revoked\n` });
  expect(await daemon.ask("token", "revoke", id!)).toMatchObject({ exitCode: 4 });
});

test("tssync token --json prints what the API says", async () => {
  await using daemon = await memoryDaemon();
  const made = JSON.parse((await daemon.ask("token", "create", "--scope", "admin", "--json")).out);
  expect(made).toMatchObject({ scope: "admin", roots: null, name: null, token: expect.stringContaining("tssync_") });
  const { items } = JSON.parse((await daemon.ask("token", "list", "--json")).out);
  expect(items).toMatchObject([{ id: made.id, lastUsedAt: null }]);
  expect(JSON.parse((await daemon.ask("token", "revoke", made.id, "--json")).out)).toEqual({
    id: made.id,
    revoked: true,
  });
});

for (
  const [args, said] of [
    [[], "wants one of create, list and revoke ID"],
    [["make"], '"make" wants one of'],
    [["create"], "needs --scope status|events|resync|admin"],
    [["create", "--scope", "root"], 'found "root"'],
    [["create", "x", "--scope", "admin"], 'takes nothing more, found "x"'],
    [["revoke"], "needs the ID"],
    [["list", "--name", "x"], "--name goes with tssync token create alone"],
  ] as const
) {
  test(`tssync token ${args.join(" ")} is refused with 2`, async () => {
    await using daemon = await memoryDaemon();
    expect(await daemon.ask("token", ...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining(said) });
  });
}

test("tssync token create says when there is no such root", async () => {
  await using daemon = await memoryDaemon();
  const refused = await daemon.ask("token", "create", "--scope", "status", "--root", "ww");
  expect(refused).toMatchObject({ exitCode: 4, err: expect.stringContaining('Did you mean "www"?') });
});
