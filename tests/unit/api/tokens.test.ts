import { expect, test } from "bun:test";
import { scopeCovers, SCOPES } from "../../../api/scope.ts";
import { tokenRecord, Tokens } from "../../../api/tokens.ts";
import type { TokenRecord } from "../../../api/tokens.ts";

/** A store of one value, whose disk can refuse. */
function keeping(given: readonly TokenRecord[] = []) {
  const meta = new Map<string, string>();
  const clock = { nowMs: 1_000_000, refuses: false, writes: 0 };
  const logged: string[] = [];
  const open = () =>
    new Tokens({
      meta: {
        readMeta: (key) => meta.get(key) ?? null,
        writeMeta: (key, value) => {
          if (clock.refuses) throw new Error("disk full");
          clock.writes++;
          meta.set(key, value);
        },
      },
      wallMs: () => clock.nowMs,
      log: { write: (_level, message) => void logged.push(message) },
      given,
    });
  return { meta, clock, logged, open };
}

const plain = { name: null, scope: "events", roots: null } as const;

test("Tokens.find() finds the token that was presented and only that", () => {
  const { open } = keeping([tokenRecord("one", "first", "status"), tokenRecord("two", "second", "admin")]);
  const tokens = open();
  expect(tokens.find("one")).toMatchObject({ id: "first", scope: "status", roots: null });
  expect(tokens.find("two")?.id).toBe("second");
  for (const wrong of ["", "on", "onee", "One"]) expect(tokens.find(wrong)).toBeNull();
  expect(keeping().open().find("one")).toBeNull();
});

test("Tokens.create() keeps nothing of the token itself, and knows it after a restart", () => {
  const { meta, open } = keeping();
  const { token, facts } = open().create({ name: "deploy", scope: "resync", roots: ["www"] });
  expect(token).toMatch(/^tssync_[\w-]{43}$/);
  expect(facts).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{12}$/),
    name: "deploy",
    scope: "resync",
    roots: ["www"],
    createdAtMs: 1_000_000,
    lastUsedAtMs: null,
  });
  const stored = [...meta.values()].join();
  expect(stored).not.toContain(token);
  expect(stored).not.toContain(token.slice(7, 20));
  expect(open().find(token)).toMatchObject({ id: facts.id, scope: "resync", roots: ["www"] });
});

test("Tokens.create() makes another token every time", () => {
  const tokens = keeping().open();
  expect(new Set(Array.from({ length: 50 }, () => tokens.create(plain).token)).size).toBe(50);
});

test("Tokens.create() stops at 1000, and one fewer makes room", () => {
  const tokens = keeping().open();
  const ids = Array.from({ length: 1_000 }, () => tokens.create(plain).facts.id);
  expect(() => tokens.create(plain)).toThrow("1000 tokens already");
  tokens.revoke(ids[0]!);
  expect(tokens.create(plain).facts.scope).toBe("events");
});

test("Tokens.create() makes none that it cannot store", () => {
  const { clock, open } = keeping();
  const tokens = open();
  clock.refuses = true;
  expect(() => tokens.create(plain)).toThrow("Cannot make a token: the state directory takes nothing: disk full");
  expect(tokens.list()).toEqual([]);
});

test("Tokens.revoke() takes effect at once, on what is open too, and for good", () => {
  const { open } = keeping();
  const tokens = open();
  const { token, facts } = tokens.create(plain);
  const known = tokens.find(token)!;
  expect(known.revoked.aborted).toBe(false);
  tokens.revoke(facts.id);
  expect(known.revoked.aborted).toBe(true);
  expect(tokens.find(token)).toBeNull();
  expect(open().find(token)).toBeNull();
  expect(() => tokens.revoke(facts.id)).toThrow("There is no token with the id");
});

test("Tokens.revoke() leaves a token in force that it cannot forget", () => {
  const { clock, open } = keeping();
  const tokens = open();
  const { token, facts } = tokens.create(plain);
  clock.refuses = true;
  expect(() => tokens.revoke(facts.id)).toThrow("Cannot revoke a token");
  expect(tokens.find(token)?.revoked.aborted).toBe(false);
});

test("Tokens.revoke() leaves the token of the state directory alone and says what to do", () => {
  const tokens = keeping([tokenRecord("one", "state-directory", "admin")]).open();
  expect(() => tokens.revoke("state-directory")).toThrow("remove the file");
  expect(tokens.find("one")).not.toBeNull();
});

test("Tokens.list() tells when each was made and used last, also after a restart", () => {
  const { clock, open } = keeping([tokenRecord("one", "state-directory", "admin")]);
  const tokens = open();
  const { token } = tokens.create(plain);
  clock.nowMs += 120_000;
  tokens.find("one");
  tokens.find(token);
  expect(tokens.list().map(({ lastUsedAtMs }) => lastUsedAtMs)).toEqual([1_120_000, 1_120_000]);
  clock.nowMs += 120_000;
  tokens.find(token);
  const [given, made] = open().list();
  expect(given).toMatchObject({ id: "state-directory", createdAtMs: 1_000_000, lastUsedAtMs: 1_120_000 });
  expect(made).toMatchObject({ createdAtMs: 1_000_000, lastUsedAtMs: 1_240_000 });
});

test("Tokens.find() stores the last use at most once a minute, and does not mind a full disk", () => {
  const { clock, logged, open } = keeping([tokenRecord("one", "first", "admin")]);
  const tokens = open();
  for (let count = 0; count < 100; count++) tokens.find("one");
  expect(clock.writes).toBe(1);
  clock.nowMs += 60_000;
  clock.refuses = true;
  for (let count = 0; count < 100; count++) expect(tokens.find("one")?.id).toBe("first");
  expect(logged).toEqual(["Cannot store when tokens were used last: disk full"]);
});

test("Tokens() forgets a given token that is given no more", () => {
  const { meta, clock, open } = keeping([tokenRecord("one", "state-directory", "admin")]);
  open().find("one");
  const other = new Tokens({
    meta: { readMeta: (key) => meta.get(key) ?? null, writeMeta: (key, value) => void meta.set(key, value) },
    wallMs: () => clock.nowMs,
    log: { write: () => {} },
    given: [tokenRecord("two", "state-directory", "admin")],
  });
  expect(other.find("one")).toBeNull();
  expect(other.find("two")?.id).toBe("state-directory");
});

test("tokenRecord() keeps nothing of the token itself", () => {
  expect(JSON.stringify(tokenRecord("topsecret", "n", "admin"))).not.toContain("topsecret");
});

test("scopeCovers() lets each scope do what those before it may", () => {
  for (const [strength, held] of SCOPES.entries()) {
    for (const [need, wanted] of SCOPES.entries()) expect(scopeCovers(held, wanted)).toBe(strength >= need);
  }
});
