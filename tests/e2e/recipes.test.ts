import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canSandbox, inSandbox } from "../support/sandbox.ts";

const RECIPES = join(import.meta.dirname, "../../docs/recipes.md");

/** What has to stand beside a recipe, and what must be true afterwards, as bash that fails where it is not. */
const AROUND: Readonly<Record<string, { readonly before?: string; readonly after: string }>> = {
  "An NFS server with uploads and its backup server": {
    after: `
      [[ $(stat -c '%u:%g' /restored/2026/photo.jpg) == 1234:1234 ]]
      [[ $(stat -c %U /backup/data/uploads/2026/photo.jpg) == rsync ]]
      cmp /data/uploads/2026/photo.jpg /backup/data/uploads/2026/photo.jpg`,
  },
  "Moving clients to the backup without an outage": {
    after: `
      [[ $(cat /current/orders) == 'the last order' ]]
      tssync status | grep -q paused
      echo later > /data/later
      tssync flush --scope seen
      [[ ! -e /backup/data/later ]]`,
  },
  "Several sites from one machine": {
    after: `
      for copy in shop second/shop blog; do diff -r "/www/\${copy#second/}" "/backup/$copy"; done`,
  },
  "Chains and trees of mirrors": {
    after: `
      for leaf in one two; do diff -r /www "/leaves/$leaf"; done`,
  },
  "Deploy and wait": {
    after: `
      for web in web1 web2; do [[ $(cat "/backup/$web/current/index.html") == 'release 42' ]]; diff -r /www "/backup/$web"; done`,
  },
  "A cache or CDN in front": {
    before: `
      mkdir -p /srv/varnish
      cat >/sandbox/cache.vcl <<'VCL'
vcl 4.1;
backend web { .host = "127.0.0.1"; .port = "8090"; }
sub vcl_recv { if (req.method == "PURGE") { return (purge); } }
sub vcl_backend_response { set beresp.ttl = 1h; }
VCL
      mkdir -p /backup/web1
      echo old > /backup/web1/index.html
      (cd /backup/web1 && exec python3 -m http.server -b 127.0.0.1 8090) >/dev/null 2>&1 &
      varnishd -a 127.0.0.1:6081 -f /sandbox/cache.vcl -n /srv/varnish >/dev/null 2>&1
      cached() { curl -fsS -H 'Host: www.example.com' http://127.0.0.1:6081/index.html 2>/dev/null; }
      for try in $(seq 600); do [[ $(cached) != old ]] || break; sleep 0.1; done
      [[ $(cached) == old ]]`,
    after: `
      for try in $(seq 300); do [[ $(cached) != new ]] || exit 0; sleep 0.1; done
      echo "the cache still has: $(cached)"; exit 1`,
  },
  "Beside an existing sersync, and in its place": {
    after: `
      diff -r /www /backup/www
      [[ ! -e /var/lib/tssync-trial/tssync.sock ]] || ! tssync status --state-dir /var/lib/tssync-trial`,
  },
};

/** A section's blocks in order as one script: files are written, commands are run. */
function scriptOf(section: string): string {
  const parts = [...section.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, path, body]) => {
    if (path !== undefined) return `mkdir -p ${dirname(path)}\ncat >${path} <<'END OF BLOCK'\n${body}END OF BLOCK\n`;
    if (language !== "sh") throw new Error(`A block of ${language} without a path cannot be run`);
    return body!;
  });
  return parts.join("\n");
}

function recipes(): Map<string, string> {
  const [, ...sections] = readFileSync(RECIPES, "utf8").split(/^## /m);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf("\n")), scriptOf(section)]));
}

const possible = await canSandbox();
if (!possible) console.warn("recipes.test.ts: this machine gives the tests no namespaces, so no recipe is run here");

test("docs/recipes.md has a check for each of its recipes here", () => {
  expect([...recipes().keys()]).toEqual(Object.keys(AROUND));
  for (const script of recipes().values()) expect(script).toContain("tssync ");
});

test.skipIf(!possible)("inSandbox() leaves nothing behind on the machine", async () => {
  const names = [
    "/dev/sandbox-probe",
    "/etc/sandbox-probe",
    "/tmp/sandbox-probe",
    "/var/lib/sandbox-probe",
    "/srv/sandbox-probe",
  ];
  const { status, output } = await inSandbox(names.map((name) => `touch ${name}`).join("\n"));
  expect({ status, output }).toEqual({ status: 0, output: "" });
  expect(names.filter((name) => existsSync(name))).toEqual([]);
});

for (const [title, script] of recipes()) {
  test.skipIf(!possible)(`docs/recipes.md works as it stands there: ${title}`, async () => {
    const { before = "", after } = AROUND[title]!;
    // Each line is shown before it runs, so that a failure says where.
    const { status, output } = await inSandbox(`${before}\nset -x\n${script}\n${after}\n`);
    expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  });
}
