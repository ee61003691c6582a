import { expect, test } from "bun:test";
import { TssyncError } from "../../../src/core/error.ts";
import { memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

const REMOTE = "172.16.1.41::www";
const REMOTE_PATH = `/v1/roots/www/remotes/${encodeURIComponent(REMOTE)}`;

test("GET /v1/roots/{root} gives state and configuration", async () => {
  const { status, body } = await new ApiUnderTest().get("/v1/roots/www", { scope: "status" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: "www",
    path: "/data/www",
    state: "watching",
    watches: 12,
    remotes: [{ id: REMOTE, state: "ok" }],
    configuration: {
      switches: { delete: true },
      initialSync: "first",
      maxDelete: null,
      remotes: [{ id: REMOTE, destination: { kind: "daemon", user: "bob" }, params: ["-az"] }],
    },
  });
});

test("GET /v1/roots/{root} shows no secret that the configuration holds", async () => {
  const api = new ApiUnderTest();
  const configuration = api.control.configuration();
  const [root] = configuration.roots;
  api.control.configuration = () => ({
    ...configuration,
    roots: [{ ...root!, remotes: [{ ...root!.remotes[0]!, params: ["-az", "--token=hunter2"] }] }],
    plugins: [{
      name: "edge",
      enabled: true,
      when: "all",
      settings: { kind: "cdn", caches: [] },
      element: { name: "plugin", attributes: { passwd: "hunter2" }, children: [] },
    }],
  });
  for (const path of ["/v1/roots", "/v1/roots/www", "/v1/config"]) {
    const answer = await api.get(path);
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    expect(answer.text).toContain("***");
    expect(answer.text).not.toContain("hunter2");
  }
});

test("GET /v1/roots gives all of them, page by page, the exact path where it is not UTF-8", async () => {
  const api = new ApiUnderTest();
  api.control.roots = ["a", "b", "c"].map((id) => memoryRoot(id, [], id === "b" ? { path: "/data/\xff" } : {}));
  const first = (await api.get("/v1/roots?limit=2")).body;
  expect(first.items.map((item: { id: string }) => item.id)).toEqual(["a", "b"]);
  expect(first.items[1]).toMatchObject({
    path: "/data/\ufffd",
    pathBase64: Buffer.from("/data/\xff", "latin1").toString("base64"),
  });
  expect(first.next).toBe("b");
  const second = (await api.get("/v1/roots?limit=2&after=b")).body;
  expect({ ids: second.items.map((item: { id: string }) => item.id), next: second.next }).toEqual({
    ids: ["c"],
    next: null,
  });
  expect((await api.get("/v1/roots?after=x")).status).toBe(404);
});

test("GET /v1/config gives everything that was asked for", async () => {
  const { status, body } = await new ApiUnderTest().get("/v1/config");
  expect(status).toBe(200);
  expect(body).toMatchObject({ threadsMax: 10, module: null, plugins: [], roots: [{ id: "www", path: "/data/www" }] });
});

test("GET /v1/config says how the configuration was last read", async () => {
  const { body } = await new ApiUnderTest().get("/v1/config");
  expect(body.lastReload).toEqual({ at: "2026-11-20T08:15:02.113Z", ok: true, problems: [] });
});

test("POST /v1/config/reload answers with the difference", async () => {
  const { status, body } = await new ApiUnderTest().post("/v1/config/reload");
  expect(status).toBe(200);
  expect(body).toEqual({
    at: "2026-11-20T09:15:02.113Z",
    roots: { added: [], removed: [], changed: [] },
    plugins: { added: [], removed: [], changed: [] },
    settings: [],
    needsRestart: [],
  });
});

test("POST /v1/config/reload names every problem of a configuration that is refused", async () => {
  const api = new ApiUnderTest();
  const problem = { file: "confxml.xml", line: 3, column: 5, message: "confxml.xml, line 3: that is wrong" };
  api.control.reloadError = new TssyncError("CONFIG_INVALID", problem.message, { problems: [problem, problem] });
  const answer = await api.post("/v1/config/reload");
  expect(answer).toMatchObject({ status: 422, body: { code: "config-invalid", problems: [problem, problem] } });
});

test("POST /v1/roots/{root}/pause pauses it, with the reason, and resume ends that", async () => {
  const api = new ApiUnderTest();
  const paused = await api.post("/v1/roots/www/pause", { body: { reason: " new disks " } });
  expect(paused).toMatchObject({ status: 200, body: { id: "www", state: "paused", reason: "new disks" } });
  const resumed = await api.post("/v1/roots/www/resume", { body: { reason: "moved" } });
  expect(resumed).toMatchObject({ status: 200, body: { id: "www", state: "watching", reason: null } });
  expect(api.control.resumed).toEqual([{ root: "www", reason: "moved" }]);
});

test("POST …/remotes/{remote}/pause pauses that remote alone", async () => {
  const api = new ApiUnderTest();
  api.control.roots = [memoryRoot("www", [memoryRemote(REMOTE), memoryRemote("other::m")])];
  const paused = await api.post(`${REMOTE_PATH}/pause`, { body: { reason: "its disk is full" } });
  expect(paused).toMatchObject({ status: 200, body: { id: REMOTE, state: "paused", reason: "its disk is full" } });
  expect(api.control.roots[0]).toMatchObject({ state: "watching", remotes: [{ state: "paused" }, { state: "ok" }] });
  expect(await api.post(`${REMOTE_PATH}/resume`)).toMatchObject({ status: 200, body: { id: REMOTE, state: "ok" } });
});

test("POST …/pause finds ids that hold slashes and what a URL gives a meaning to", async () => {
  const api = new ApiUnderTest();
  const id = "rsync://bob@h:1873/m/ö?#%2F";
  api.control.roots = [memoryRoot("a b", [memoryRemote(id)])];
  const path = `/v1/roots/${encodeURIComponent("a b")}/remotes/${encodeURIComponent(id)}/pause`;
  expect(await api.post(path)).toMatchObject({ status: 200, body: { id, state: "paused" } });
});

test("POST …/pause without a reason says who did it", async () => {
  const api = new ApiUnderTest();
  expect((await api.post("/v1/roots/www/pause")).body.reason).toBe("by admin");
  const connection = { transport: "unix" } as const;
  expect((await api.post(`${REMOTE_PATH}/pause`, { scope: "none", connection, body: { reason: "" } })).body.reason)
    .toBe("by socket");
});

for (const action of ["pause", "resume"]) {
  for (const path of [`/v1/roots/ww/${action}`, `/v1/roots/%ff/${action}`, `/v1/roots/www/remotes/x/${action}`]) {
    test(`POST ${path} is 404, whatever the body`, async () => {
      const answer = await new ApiUnderTest().post(path, { rawBody: "{" });
      expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    });
  }

  for (
    const [body, status, code] of [
      [{ raeson: "x" }, 422, "body-invalid"],
      [{ reason: 1 }, 422, "body-invalid"],
      [{ reason: "x".repeat(1_001) }, 422, "body-invalid"],
      [{ reason: "x".repeat(20_000) }, 413, "body-too-large"],
    ] as const
  ) {
    test(`POST …/${action} with ${JSON.stringify(body).slice(0, 40)} is ${status} and changes nothing`, async () => {
      const api = new ApiUnderTest();
      for (const path of [`/v1/roots/www/${action}`, `${REMOTE_PATH}/${action}`]) {
        expect(await api.post(path, { body })).toMatchObject({ status, body: { code } });
      }
      expect(api.control.roots).toEqual([memoryRoot("www", [memoryRemote(REMOTE)])]);
      expect(api.control.resumed).toEqual([]);
    });
  }
}

test("POST …/pause suggests the id that was probably meant", async () => {
  const answer = await new ApiUnderTest().post("/v1/roots/wwww/pause");
  expect(answer.body.detail).toBe('There is no root "wwww". Did you mean "www"?');
});

test("POST …/resume of a root without a directory says what the engine says", async () => {
  const api = new ApiUnderTest();
  api.control.resume = () =>
    Promise.reject(new TssyncError("SOURCE_UNUSABLE", "Cannot watch /data/www: no such directory."));
  expect(await api.post("/v1/roots/www/resume")).toMatchObject({ status: 422, body: { code: "source-unusable" } });
});
