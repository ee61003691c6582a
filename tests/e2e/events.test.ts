/** The event log of the real daemon: whoever follows it misses nothing, whatever becomes of the daemon. */
import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { type Runtime, runTssync, startTssync, tssyncArgv } from "../support/executable.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

const RUNTIMES: readonly Runtime[] = ["compiled", "deno"];

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  await mkdir(dir.at("www"));
  for (const name of ["one", "two"]) await mkdir(dir.at(name));
  return dir;
}

function serve(dir: TempDir, runtime: Runtime) {
  const remotes = ["--to", dir.at("one"), "--to", dir.at("two")];
  const where = ["--state-dir", dir.at("state"), "--listen", "127.0.0.1:0", "--listen-jsonl", "127.0.0.1:0"];
  return startTssync(["serve", "--watch", dir.at("www"), ...remotes, ...where], { runtime });
}

type Event = { readonly id: string; readonly type: string; readonly subject?: string };

function eventsOf(text: string): Event[] {
  return text.trimEnd().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Event);
}

const numberOf = ({ id }: Event) => Number(id.split("-")[1]);

for (const command of [["events", "--follow"], ["status", "--watch"]]) {
  test(`tssync ${command.join(" ")} ends when nobody reads its output any more`, async () => {
    await using dir = await place();
    await using tssync = serve(dir, "compiled");
    await tssync.waitForLine(/ready: API/);
    const follow = [...tssyncArgv(), ...command, "--json", "--state-dir", dir.at("state")];
    const pipeline = Bun.spawn(["bash", "-c", 'set -o pipefail; "$@" | head -n 1', "bash", ...follow]);
    let count = 0;
    await waitUntil("the pipeline to end", async () => {
      await writeFile(dir.at("www", `file${count++}`), "");
      return pipeline.exitCode !== null;
    });
    expect(pipeline.exitCode).toBe(0);
    expect(eventsOf(await new Response(pipeline.stdout).text())).toHaveLength(1);
  });
}

for (const runtime of RUNTIMES) {
  test(`tssync events --follow misses nothing across a restart and kill -9 (${runtime})`, async () => {
    await using dir = await place();
    const state = ["--state-dir", dir.at("state")];
    const first = serve(dir, runtime);
    await first.waitForLine(/ready: API/);
    expect((await runTssync(["resync", "--wait", ...state], { runtime })).code).toBe(0);
    await using follower = startTssync(
      ["events", "--follow", "--after", "earliest", "--json", ...state],
      { runtime },
    );
    const followed = () => eventsOf(follower.stdout.slice(0, follower.stdout.lastIndexOf("\n") + 1));
    const untilEverywhere = (name: string) =>
      waitUntil(
        `${name} on all remotes`,
        () => followed().some(({ type, subject }) => type === "tssync.file.synced_all" && subject === name),
      );

    await writeFile(dir.at("www", "before"), "1");
    await untilEverywhere("before");
    await first.stop("SIGTERM");
    await writeFile(dir.at("www", "meanwhile"), "2");
    {
      await using second = serve(dir, runtime);
      await second.waitForLine(/ready: API/);
      await untilEverywhere("meanwhile");
      // Killed right behind a change, which was seen or not, was told or not.
      await writeFile(dir.at("www", "killed"), "3");
      await second.stop("SIGKILL");
    }
    await using third = serve(dir, runtime);
    await third.waitForLine(/ready: API/);
    await writeFile(dir.at("www", "after"), "4");
    await untilEverywhere("killed");
    await untilEverywhere("after");

    const numbers = followed().map(numberOf);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(follower.stderr).toContain("waiting for it");
    const { stdout } = await runTssync(["events", "--json", ...state], { runtime });
    expect(eventsOf(stdout).slice(0, numbers.length)).toEqual(followed());
  });

  test(`SSE, WebSocket and lines over TCP of a real daemon give the same events (${runtime})`, async () => {
    await using dir = await place();
    await using tssync = serve(dir, runtime);
    const [, address, lineAddress] = await tssync.waitForLine(/ready: API on \S+ and (\S+) and (\S+)/);
    const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
    const headers = { authorization: `Bearer ${token}` };

    const stream = await fetch(`http://${address}/v1/events?after=earliest`, {
      headers: { ...headers, accept: "text/event-stream" },
    });
    expect(stream.status).toBe(200);
    const overSse: string[] = [];
    const reading = (async () => {
      let text = "";
      for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        overSse.splice(
          0,
          Infinity,
          ...[...text.matchAll(/^id: (\S+)\nevent: tssync\.(?!cursor)/gm)].map(([, id]) => id!),
        );
      }
    })();
    const { ticket } = await (await fetch(`http://${address}/v1/tickets`, { method: "POST", headers })).json() as {
      ticket: string;
    };
    const overSocket: string[] = [];
    const socket = new WebSocket(`ws://${address}/v1/events/ws?ticket=${ticket}`, "tssync.v1");
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    socket.addEventListener("open", () => socket.send(JSON.stringify({ op: "subscribe", after: "earliest" })));
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as { op: string; event: { id: string } };
      if (frame.op === "event") overSocket.push(frame.event.id);
    });

    const overLines = () =>
      received.slice(0, received.lastIndexOf("\n") + 1).split("\n").filter((line) => line.startsWith('{"op":"event"'))
        .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
    let received = "";
    const [lineHost, linePort] = lineAddress!.split(":");
    const lines = connect(Number(linePort), lineHost);
    lines.setEncoding("utf8").on("data", (chunk: string) => received += chunk);
    lines.write(
      `${JSON.stringify({ op: "auth", token })}\n${JSON.stringify({ op: "subscribe", after: "earliest" })}\n`,
    );
    const linesEnded = new Promise<void>((resolve) => lines.once("close", () => resolve()));

    for (let count = 0; count < 20; count++) await writeFile(dir.at("www", `f${count}`), String(count));
    await runTssync(["flush", "--state-dir", dir.at("state")], { runtime });
    const { cursor } = await (await fetch(`http://${address}/v1/status`, { headers })).json() as { cursor: string };
    await waitUntil(
      "the newest event on all",
      () => [overSse, overSocket, overLines()].every((ids) => ids.includes(cursor)),
    );
    expect(overSocket.slice(0, overSse.length)).toEqual(overSse.slice(0, overSocket.length));
    expect(overLines().slice(0, overSse.length)).toEqual(overSse.slice(0, overLines().length));
    expect(socket.protocol).toBe("tssync.v1");
    await tssync.stop("SIGTERM");
    await reading;
    expect(await closed).toBe(1001);
    await linesEnded;
    expect(received).toEndWith('{"op":"close","code":1001,"reason":"stopping"}\n');
  });
}
