/** Writes a CycloneDX bill of materials of what the executable holds, from bun.lock: `bun packaging/sbom.ts`. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TOP = fileURLToPath(new URL("..", import.meta.url));

/** As `bun.lock` has it: name@version, registry, what it needs, its checksum. */
type LockedPackage = readonly [string, string, { readonly dependencies?: Readonly<Record<string, string>> }, string];
type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };
type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

const manifest = JSON.parse(readFileSync(`${TOP}package.json`, "utf8")) as Manifest;
// JSON but for the commas behind last entries; no text in it holds a comma before a bracket.
const lock = JSON.parse(readFileSync(`${TOP}bun.lock`, "utf8").replace(/,(?=\s*[}\]])/g, "")) as Lock;

/** The keys of all packages that are needed, directly or by another one. */
function neededKeys(): string[] {
  const found = new Set<string>();
  const open = Object.keys(manifest.dependencies ?? {}).map((name) => keyOf(name, ""));
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    for (const name of Object.keys(lock.packages[key]![2].dependencies ?? {})) open.push(keyOf(name, key));
  }
  return [...found].sort();
}

/** A package may have a version of its own of what it needs: `a/b` before `b`. */
function keyOf(name: string, parent: string): string {
  for (let above = parent; above !== ""; above = above.replace(/\/?(@[^/]+\/)?[^/]+$/, "")) {
    if (`${above}/${name}` in lock.packages) return `${above}/${name}`;
  }
  if (name in lock.packages) return name;
  throw new Error(`bun.lock has no ${name}, which ${parent === "" ? "package.json" : parent} needs: run bun install`);
}

function component(key: string) {
  const [identity, , , integrity] = lock.packages[key]!;
  const at = identity.lastIndexOf("@");
  const name = identity.slice(0, at);
  const version = identity.slice(at + 1);
  const license = licenseOf(key);
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    type: "library",
    "bom-ref": `${purl}#${key}`,
    name,
    version,
    purl,
    ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
    hashes: [{ alg: "SHA-512", content: Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex") }],
  };
}

function licenseOf(key: string): string | undefined {
  try {
    const folders = key.match(/(@[^/]+\/)?[^/]+/g)!.join("/node_modules/");
    const text = readFileSync(`${TOP}node_modules/${folders}/package.json`, "utf8");
    const { license } = JSON.parse(text) as Manifest;
    return typeof license === "string" && /^[\w.+-]+$/.test(license) ? license : undefined;
  } catch {
    return undefined; // Nested elsewhere by another installer: the bill goes without it.
  }
}

const bunVersion = manifest.devDependencies!["bun"]!;
const components = [
  {
    type: "framework",
    "bom-ref": `pkg:npm/bun@${bunVersion}`,
    name: "bun",
    version: bunVersion,
    purl: `pkg:npm/bun@${bunVersion}`,
    licenses: [{ license: { id: "MIT" } }],
  },
  ...neededKeys().map(component),
];
const digest = createHash("sha256").update(JSON.stringify([manifest.version, components])).digest("hex");
const bill = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  // From the content, so that the same sources give the same bill.
  serialNumber: `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${
    digest.slice(17, 20)
  }-${digest.slice(20, 32)}`,
  version: 1,
  metadata: {
    component: {
      type: "application",
      "bom-ref": `tssync@${manifest.version}`,
      name: manifest.name,
      version: manifest.version,
      licenses: [{ license: { id: manifest.license ?? "MIT" } }],
    },
  },
  components,
  dependencies: [{ ref: `tssync@${manifest.version}`, dependsOn: components.map((part) => part["bom-ref"]) }],
};
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
