/** What requests and answers look like, for the description: each is held against its schema by a test. */

const CURSOR = "k3v9qx2a-000000000184213";
const REMOTE = "172.16.1.41::www";
const RESYNC_ID = "r-3f9c1a7be2d04c55";
const AT = "2026-11-20T09:15:02.113Z";
const BEFORE = "2026-11-20T09:14:58.020Z";
const LATER = "2026-11-20T09:45:02.113Z";

const remote = {
  id: REMOTE,
  address: "rsync://backup@172.16.1.41:873/www",
  state: "ok",
  reason: null,
  pending: 0,
  oldestPendingSeconds: null,
  inFlight: 0,
  failures: 0,
  lastSyncedAt: AT,
  watermark: AT,
};

const root = { id: "www", path: "/data/www", state: "watching", reason: null, watches: 1_204, remotes: [remote] };

const rootConfiguration = {
  excludes: ["\\.tmp$"],
  switches: {
    delete: true,
    createFolder: true,
    createFile: false,
    closeWrite: true,
    moveFrom: true,
    moveTo: true,
    attrib: false,
    modify: false,
  },
  remotes: [{
    id: REMOTE,
    address: remote.address,
    destination: {
      kind: "daemon",
      host: "172.16.1.41",
      port: 873,
      user: "backup",
      passwordFile: "/etc/tssync/backup.pass",
      module: "www",
      path: "",
    },
    params: ["-artuz"],
    timeoutSeconds: 100,
    warm: "active",
  }],
  initialSync: "first",
  periodicSync: null,
  watcher: "auto",
  pollEveryMs: 5_000,
  openFiles: { quietMs: 1_000, everyMs: 60_000 },
  maxDelete: null,
  trash: null,
};

const lastReload = { at: BEFORE, ok: true, problems: [] };

const event = {
  specversion: "1.0",
  id: CURSOR,
  source: "tssync://web01/www",
  type: "tssync.file.synced_all",
  subject: "site/images/a.png",
  time: AT,
  datacontenttype: "application/json",
  data: {
    root: "www",
    operation: "write",
    kind: "file",
    size: 10_213,
    mtime: BEFORE,
    mode: "0644",
    detectedAt: BEFORE,
    syncedAt: AT,
    lagMs: 12,
  },
};

const token = { id: "t-8d1f", name: "deploy", scope: "resync", roots: ["www"], createdAt: BEFORE, lastUsedAt: null };

const webhook = {
  id: "w-5b1c",
  url: "https://hooks.example.com/tssync",
  types: ["tssync.file.synced_all"],
  roots: ["www"],
  batch: { max: 1, waitSeconds: 1 },
  origin: "api",
  state: "enabled",
  reason: null,
  createdAt: BEFORE,
  previousSecretUntil: null,
  deliveries: { waiting: 0, dead: 0 },
};

const subscription = {
  name: "agent-7",
  cursor: CURSOR,
  types: ["tssync.file.synced_all"],
  root: "www",
  createdAt: BEFORE,
  acknowledgedAt: AT,
};

/** By the name of the schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  // Requests.
  ReasonInput: { reason: "moving to the new disks" },
  TokenInput: { scope: "resync", name: "deploy", roots: ["www"] },
  ResyncRequest: { roots: ["www"], paths: ["site/images"], dryRun: true },
  PurgeRequest: { urls: ["http://www.example.com/a.png"], directories: ["http://www.example.com/css/"], tags: [] },
  NewWebhook: { url: webhook.url, types: webhook.types, roots: webhook.roots },
  WebhookChanges: { state: "disabled" },
  FlushRequest: { roots: ["www"], scope: "synced", timeout: "30s" },
  SubscriptionInput: { after: "latest", types: subscription.types, root: "www" },
  Acknowledgement: { cursor: CURSOR },
  // Answers.
  Health: { status: "ok" },
  Version: { version: "0.1.0", commit: "4a2aa23", runtime: "bun 1.4.5", node: "web01", epoch: "k3v9qx2a" },
  Status: {
    node: "web01",
    startedAt: BEFORE,
    epoch: "k3v9qx2a",
    cursor: CURSOR,
    roots: [root],
    plugins: [],
    lastReload,
  },
  Root: root,
  Remote: remote,
  RootDetails: { ...root, configuration: rootConfiguration },
  Reload: {
    at: AT,
    roots: { added: ["static"], removed: [], changed: [] },
    plugins: { added: [], removed: [], changed: [] },
    settings: ["threadsMax"],
    needsRestart: [],
  },
  Token: token,
  NewToken: { ...token, token: "tssync_Zk3vQx9aW0e1R2t3Y4u5I6o7P8a9S0d1" },
  Resync: {
    id: RESYNC_ID,
    trigger: "api",
    state: "succeeded",
    request: { roots: ["www"], paths: ["site/images"] },
    startedAt: BEFORE,
    finishedAt: AT,
    progress: { remotesDone: 1, remotes: 1, files: 3, bytes: 30_639 },
    perRemote: [{
      remote: REMOTE,
      root: "www",
      exitCode: 0,
      files: 3,
      bytes: 30_639,
      deletes: 0,
      seconds: 0.42,
      error: null,
    }],
  },
  Failure: {
    id: 17,
    path: "site/upload/a.mp4",
    root: "www",
    remote: REMOTE,
    operation: "send",
    attempts: 2,
    firstAt: BEFORE,
    lastAt: AT,
    nextAt: LATER,
    exitCode: 23,
    message: 'rsync: [receiver] mkstemp "/site/upload/.a.mp4.x1" (in www) failed: Permission denied (13)',
  },
  Hold: {
    id: "h-2c7e",
    root: "www",
    remote: REMOTE,
    origin: "resync",
    createdAt: AT,
    count: 8_120,
    examples: ["site/old/1.png", "site/old/2.png"],
    state: "waiting",
    decidedAt: null,
  },
  Delivery: {
    id: "42",
    plugin: "refreshCDN",
    receiver: "refreshCDN",
    event: CURSOR,
    type: "tssync.file.synced_all",
    root: "www",
    path: "site/images/a.png",
    state: "waiting",
    attempts: 1,
    firstAt: BEFORE,
    lastAt: BEFORE,
    nextAt: AT,
    message: "answered with 503",
  },
  Purge: { provider: "varnish", batch: "bZk3vQx1", count: 2, first: CURSOR, last: "k3v9qx2a-000000000184214" },
  Webhook: webhook,
  WebhookWithSecret: { ...webhook, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
  WebhookTest: { delivered: true, message: "answered with 204" },
  Flush: { cursor: CURSOR },
  Explanation: {
    root: "www",
    path: "site/images/a.png",
    kind: "file",
    remotes: [{ remote: REMOTE, state: "synced", since: AT }],
  },
  ManifestEntry: { path: "site/images/a.png", type: "file", size: 10_213, mtime: BEFORE, mode: "0644" },
  Events: { events: [event], cursor: CURSOR, earliest: "k3v9qx2a-000000000000000", latest: CURSOR },
  Agent: {
    id: "s3f9c1a7be2d0",
    transport: "sse",
    name: "cdn-agent",
    peer: "172.16.1.50",
    connectedAt: BEFORE,
    cursor: CURSOR,
    acknowledged: null,
    lag: { events: 0, bytes: 0 },
    filter: { types: ["tssync.file.synced_all"] },
  },
  Subscription: subscription,
};

/** By the operation, for answers whose schema has no name. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  createTicket: { ticket: "Zk3vQx9aW0e1R2t3", expiresAt: AT },
  retryFailures: { count: 3 },
  retryFailure: { count: 1 },
};

type Media = { readonly schema?: unknown; example?: unknown };
type Operation = {
  readonly operationId?: string;
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, unknown>>;
};

/** Puts an example beside every schema of a body or an answer that has one here. */
export function addExamples<D extends { readonly paths?: unknown }>(document: D): D {
  for (const methods of Object.values((document.paths ?? {}) as Record<string, Record<string, Operation>>)) {
    for (const { operationId = "", requestBody, responses = {} } of Object.values(methods)) {
      for (const media of mediaOf(requestBody)) setExample(media, undefined);
      for (const [status, answer] of Object.entries(responses)) {
        if (status.startsWith("2")) { for (const media of mediaOf(answer)) setExample(media, ANSWERS[operationId]); }
      }
    }
  }
  return document;
}

function mediaOf(holder: unknown): Media[] {
  return Object.values((holder as { content?: Record<string, Media> } | undefined)?.content ?? {});
}

function setExample(media: Media, unnamed: unknown): void {
  const example = exampleOf(media.schema) ?? unnamed;
  if (example !== undefined) media.example = example;
}

type Schema = { readonly $ref?: string; readonly properties?: { readonly items?: { readonly items?: Schema } } };

/** Of a schema by name, or of a page of such. */
function exampleOf(schema: unknown): unknown {
  const { $ref, properties } = (schema ?? {}) as Schema;
  if ($ref !== undefined) return EXAMPLES[$ref.split("/").at(-1)!];
  const item = properties?.items?.items;
  const one = item === undefined ? undefined : exampleOf(item);
  return one === undefined ? undefined : { items: [one], next: null };
}
