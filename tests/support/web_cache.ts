import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import process from "node:process";
import { freePort } from "./free_port.ts";
import { killTree } from "./process_tree.ts";
import { tempDir } from "./temp_dir.ts";
import { waitUntil } from "./wait_until.ts";

/** The caches that are tried, by the configuration that docs/cdn.md shows for each. */
export const WEB_CACHES = ["varnish", "nginx", "squid"] as const;
export type WebCacheKind = (typeof WEB_CACHES)[number];

export type WebAnswer = { readonly status: number; readonly body: string };

/** A real cache in front of an origin. */
export type WebCache = AsyncDisposable & {
  /** As `endpoint` of `<cdn>` names it. */
  readonly endpoint: string;
  /** Asks it as a browser would, for a path of `www.example.com`. */
  ask(path: string): Promise<WebAnswer>;
};

/** The host under which everything is cached. */
export const SITE = "www.example.com";

/** Use as `await using cache = await webCache("varnish", originPort)`. It serves when this returns. */
export async function webCache(kind: WebCacheKind, originPort: number): Promise<WebCache> {
  const dir = await tempDir();
  // Squid and nginx put their rights down to those of a user who has to get here.
  await chmod(dir.path, 0o755);
  const port = await freePort();
  const shown = await documentBlock({ varnish: "vcl", nginx: "nginx", squid: "squid" }[kind]);
  const { argv, file, text, path } = COMMANDS[kind](shown, { port, originPort, at: dir.at });
  await writeFile(dir.at(file), text, { mode: 0o644 });
  await mkdir(dir.at("work"));
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ["ignore", "pipe", "pipe"], env: withSbin() });
  let written = "";
  for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding("utf8").on("data", (text) => (written += text));
  child.on("error", (error) => (written += error.message));
  const dispose = async () => {
    await end(child);
    await dir[Symbol.asyncDispose]();
  };
  const ask = (asked: string) => askWeb(port, asked);
  try {
    await waitUntil(`${kind} to serve`, async () => {
      if (child.pid === undefined || child.exitCode !== null) throw new Error(`${kind} does not start: ${written}`);
      return (await ask("/").catch(() => null))?.status === 200;
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${port}${path}`, ask, [Symbol.asyncDispose]: dispose };
}

type Place = { readonly port: number; readonly originPort: number; readonly at: (...names: string[]) => string };
type Command = {
  readonly argv: readonly string[];
  readonly file: string;
  readonly text: string;
  /** Of the endpoint. */
  readonly path: string;
};

const COMMANDS: Readonly<Record<WebCacheKind, (shown: string, place: Place) => Command>> = {
  varnish: (shown, { port, originPort, at }) => ({
    argv: ["varnishd", "-F", "-a", `127.0.0.1:${port}`, "-f", at("varnish.vcl"), "-n", at("work"), "-s", "malloc,32m"]
      .concat(["-j", "none", "-T", "none"]),
    file: "varnish.vcl",
    text: replaced(shown, '.port = "8080"', `.port = "${originPort}"`),
    path: "",
  }),
  nginx: (shown, { port, originPort, at }) => ({
    argv: ["nginx", "-p", at("work"), "-c", at("nginx.conf"), "-e", at("work", "error.log")],
    file: "nginx.conf",
    text: nginxConfiguration(
      replaced(
        replaced(replaced(shown, "127.0.0.1:8080", `127.0.0.1:${originPort}`), "127.0.0.1:80;", `127.0.0.1:${port};`),
        "/var/cache/nginx/files",
        at("work", "files"),
      ),
      at,
    ),
    path: "/purge",
  }),
  squid: (shown, { port, originPort, at }) => ({
    argv: ["squid", "-N", "-f", at("squid.conf")],
    file: "squid.conf",
    text: replaced(replaced(shown, "127.0.0.1:3128", `127.0.0.1:${port}`), "parent 8080", `parent ${originPort}`) +
      [
        "cache_mem 16 MB",
        "memory_cache_shared off",
        "pinger_enable off",
        "access_log none",
        "cache_log /dev/null",
        "cache_store_log none",
        "netdb_filename none",
        "pid_filename none",
        "coredump_dir none",
        "shutdown_lifetime 0 seconds",
        "",
      ].join("\n"),
    path: "",
  }),
};

/** What surrounds a server in nginx's own configuration. */
function nginxConfiguration(servers: string, at: Place["at"]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
    `${name}_temp_path ${at("work", name)};`
  );
  return [
    "load_module /usr/lib/nginx/modules/ngx_http_cache_purge_module.so;",
    "daemon off;",
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "worker_processes 1;",
    `pid ${at("work", "pid")};`,
    "events {}",
    `http { access_log off; ${temporary.join(" ")}`,
    servers,
    "}",
  ].join("\n");
}

/** The one block of docs/cdn.md in this language. */
async function documentBlock(language: string): Promise<string> {
  const text = await readFile(new URL("../../docs/cdn.md", import.meta.url), "utf8");
  const [block, ...others] = [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))];
  if (block === undefined || others.length > 0) throw new Error(`docs/cdn.md does not show one block of ${language}`);
  return block[1]!;
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`docs/cdn.md no longer says ${from}`);
  return text.replaceAll(from, to);
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  await killTree(child.pid, "SIGKILL");
  await ended;
}

/** The path goes out as it is: `fetch` would write some of it otherwise. */
function askWeb(port: number, path: string): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false, headers: { Host: SITE } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
