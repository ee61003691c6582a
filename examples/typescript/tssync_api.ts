// Made from /openapi.json by `bun run docs`: do not edit.

export interface paths {
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether configuration, watches and database are in order; a dead remote or a halted root does not count */
    get: operations["checkHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/livez": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process answers */
    get: operations["checkAlive"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Numbers for Prometheus
     * @description Scope: status.
     */
    get: operations["readMetrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether configuration, watches and database are in order; a dead remote or a halted root does not count */
    get: operations["checkReady"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/agents": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who follows the events now, and how closely
     * @description Scope: status.
     */
    get: operations["listAgents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/cdn/{provider}/purge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let caches forget URLs, directories or tags
     * @description Scope: resync. It is stored when this answers, and goes the same way as what changed files bring about: the deliveries tell what became of it.
     */
    post: operations["purge"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/config": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What this daemon was asked to do, every default filled in
     * @description Scope: admin. Secrets are masked.
     */
    get: operations["readConfiguration"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/config/reload": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Read the configuration again and apply what changed, without dropping watches
     * @description Scope: admin. As HUP does. On any problem nothing changes: 422 names all of them in `problems`.
     */
    post: operations["reloadConfiguration"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What plugins and webhooks were given, and what became of it
     * @description Scope: status. Everything that waits or is dead, and the latest of what was delivered. What was not given to a plugin yet stands in the status as `unread`.
     */
    get: operations["listDeliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/deliveries/{id}/redeliver": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Deliver it again now, whatever became of it
     * @description Scope: admin.
     */
    post: operations["redeliver"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What happened: one page, or a stream of it
     * @description Scope: events. `Accept: text/event-stream` and `application/jsonl` follow the log, without `after` from now on; JSON is one page, without `after` from the beginning, and waits for the first event up to `wait`.
     */
    get: operations["listEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/events/ws": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The same as a WebSocket
     * @description Scope: events. Subprotocol tssync.v1; the first frame is {"op": "subscribe", "after", "types", "root", "remote", "path"}.
     */
    get: operations["followEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/explain": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Why a path is, or is not yet, on each remote
     * @description Scope: status.
     */
    get: operations["explain"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/failures": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Paths that a healthy remote refuses
     * @description Scope: status. As a shell script they have the form of the fail log, all on one page.
     */
    get: operations["listFailures"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/failures/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try one of them again now
     * @description Scope: resync.
     */
    post: operations["retryFailure"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/failures/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try all of them again now
     * @description Scope: resync.
     */
    post: operations["retryFailures"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/flush": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Wait until everything written before this call has been seen or is on all remotes
     * @description Scope: events.
     */
    post: operations["flush"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/holds": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Deletes that wait for a decision, and the latest decisions, newest first
     * @description Scope: status.
     */
    get: operations["listHolds"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/holds/{id}/approve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let these deletes be made
     * @description Scope: admin. A decision is made once: 409 when it was made before.
     */
    post: operations["approveHold"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/holds/{id}/reject": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Keep on the remote what these deletes name
     * @description Scope: admin. A decision is made once: 409 when it was made before.
     */
    post: operations["rejectHold"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/resyncs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Resyncs, newest first
     * @description Scope: status.
     */
    get: operations["listResyncs"];
    put?: never;
    /**
     * Compare source and remotes and send what differs; no body: everything
     * @description Scope: resync. The same `Idempotency-Key` gives the same resync for 24 h, also after it has ended.
     */
    post: operations["startResync"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/resyncs/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One resync, at once or when it has ended
     * @description Scope: status.
     */
    get: operations["readResync"];
    put?: never;
    post?: never;
    /**
     * End its rsyncs; what arrived stays
     * @description Scope: resync.
     */
    delete: operations["cancelResync"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every root: its state and its configuration
     * @description Scope: status. Secrets are masked.
     */
    get: operations["listRoots"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One root: its state and its configuration
     * @description Scope: status. Secrets are masked.
     */
    get: operations["readRoot"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}/manifest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the root holds now, one JSON document a line, and where the events go on from there
     * @description Scope: events. Everything the mirror would send, parents before what is in them. It is read while it is sent: what changes meanwhile is told by the events behind the cursor. An answer that breaks off is not whole.
     */
    get: operations["readManifest"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}/pause": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * The root and all its remotes: send nothing more until it is resumed, also after a restart; changes are remembered
     * @description Scope: admin.
     */
    post: operations["pauseRoot"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}/remotes/{remote}/pause": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * One remote of a root: send nothing more until it is resumed, also after a restart; changes are remembered
     * @description Scope: admin.
     */
    post: operations["pauseRemote"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}/remotes/{remote}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * One remote of a root: go on
     * @description Scope: admin. A root that is halted goes on with the directory that is there now: somebody says that it is the right one. Deletes beyond measure still wait for a decision.
     */
    post: operations["resumeRemote"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/roots/{root}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * The root and all its remotes: go on
     * @description Scope: admin. A root that is halted goes on with the directory that is there now: somebody says that it is the right one. Deletes beyond measure still wait for a decision.
     */
    post: operations["resumeRoot"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every root and remote: state, what waits, how old it is
     * @description Scope: status.
     */
    get: operations["readStatus"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/subscriptions/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A named cursor that the server keeps
     * @description Scope: events.
     */
    get: operations["readSubscription"];
    /**
     * Make one, or change what it wants
     * @description Scope: events.
     */
    put: operations["putSubscription"];
    post?: never;
    /**
     * Forget it
     * @description Scope: events.
     */
    delete: operations["deleteSubscription"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/subscriptions/{name}/ack": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Everything up to this cursor is done
     * @description Scope: events.
     */
    post: operations["acknowledge"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/subscriptions/{name}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What it has not acknowledged
     * @description Scope: events. The same again until it is acknowledged.
     */
    get: operations["readSubscribedEvents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tickets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A one-use ticket for browsers, which cannot set headers on EventSource and WebSocket
     * @description Scope: events. Pass it as `?ticket=` within 30 s.
     */
    post: operations["createTicket"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who may ask, and for what; never the tokens themselves
     * @description Scope: admin.
     */
    get: operations["listTokens"];
    put?: never;
    /**
     * Make one
     * @description Scope: admin.
     */
    post: operations["createToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Make one good for nothing, at once; streams that were opened with it end
     * @description Scope: admin.
     */
    delete: operations["revokeToken"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/version": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What runs here */
    get: operations["readVersion"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Endpoints that get signed requests
     * @description Scope: admin. Those of the configuration come first.
     */
    get: operations["listWebhooks"];
    put?: never;
    /**
     * Send events to an endpoint from now on
     * @description Scope: admin. Requests follow the Standard Webhooks specification: the body is the CloudEvent, `webhook-id` its id, `webhook-signature` made with the secret that is shown here and nowhere else. Addresses that are not public, and plain http, only where `--webhook-allow` or `<webhooks allow>` say so: otherwise 422 `webhook-forbidden`.
     */
    post: operations["createWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One of them
     * @description Scope: admin.
     */
    get: operations["readWebhook"];
    put?: never;
    post?: never;
    /**
     * Send it nothing any more, and forget its deliveries
     * @description Scope: admin.
     */
    delete: operations["deleteWebhook"];
    options?: never;
    head?: never;
    /**
     * Change what is given; enable or disable it
     * @description Scope: admin. Enabled again, it goes on with the event where it stopped, as far as the log still has it.
     */
    patch: operations["changeWebhook"];
    trace?: never;
  };
  "/v1/webhooks/{id}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give it a new secret
     * @description Scope: admin. For 24 hours each request is signed with both.
     */
    post: operations["rotateWebhookSecret"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhooks/{id}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send it one event of the type `tssync.webhook.test`, and see what it answers
     * @description Scope: admin.
     */
    post: operations["testWebhook"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Acknowledgement: {
      cursor: string;
    };
    Agent: {
      /** @description What it said last that it is done with */
      acknowledged: string | null;
      /** Format: date-time */
      connectedAt: string;
      /** @description Everything up to here was handed to its connection */
      cursor: string;
      filter: {
        /** @description What the path begins with, or a pattern with *, ** and ? */
        path?: string;
        remote?: string;
        root?: string;
        types?: string[];
      };
      id: string;
      lag: {
        /** @description What was handed over and is not taken yet */
        bytes: number;
        /** @description Events that are not handed over yet, whether it wants them or not */
        events: number;
      };
      /** @description Whose token it is */
      name: string;
      /** @description The address of the other side */
      peer: string | null;
      /** @enum {string} */
      transport: "sse" | "jsonl" | "websocket" | "tcp";
    };
    Configuration: {
      debug: boolean;
      failLog: {
        path: string | null;
        retryEveryMs: number;
      };
      files: string[];
      /** @description How the configuration was last read; the start counts */
      lastReload: {
        /** Format: date-time */
        at: string;
        /** @description false: it was refused, and the one of before still holds */
        ok: boolean;
        problems: {
          column: number | null;
          file: string | null;
          line: number | null;
          message: string;
        }[];
      };
      listen: {
        host: string;
        port: number;
        tls: {
          certFile: string;
          keyFile: string;
        } | null;
      } | null;
      log: {
        file: string | null;
        keep: number;
        rotateBytes: number;
      };
      module: string | null;
      plugins: {
        element: {
          attributes: {
            [key: string]: string;
          };
          /** @description Elements of the same form */
          children: unknown[];
          name: string;
        };
        enabled: boolean;
        kind: string;
        name: string;
        /** @enum {string} */
        when: "all" | "any" | "changed";
      }[];
      roots: (components["schemas"]["RootConfiguration"] & {
        id: string;
        /** @description Absolute */
        path: string;
        /** @description The exact path, only where it is not valid UTF-8 */
        pathBase64?: string;
      })[];
      threadsMax: number;
    };
    Delivery: {
      attempts: number;
      /** @description The event's id, the same at every attempt */
      event: string;
      /** Format: date-time */
      firstAt: string;
      id: string;
      /** Format: date-time */
      lastAt: string;
      /** @description What was answered last */
      message: string;
      /** Format: date-time */
      nextAt: string | null;
      /** @description Relative to the root; null where the event is about no path */
      path: string | null;
      /** @description The exact path, only where it is not valid UTF-8 */
      pathBase64?: string;
      /** @description The plugin's name, or the id of a webhook */
      plugin: string;
      /** @description Which of its receivers: the `id` in the status */
      receiver: string;
      root: string | null;
      /**
       * @description `waiting`: it is tried again; `dead`: it is not, unless somebody asks
       * @enum {string}
       */
      state: "waiting" | "delivered" | "dead";
      /** @enum {string} */
      type:
        | "tssync.file.changed"
        | "tssync.file.synced"
        | "tssync.file.synced_all"
        | "tssync.file.failed"
        | "tssync.resync.started"
        | "tssync.resync.finished"
        | "tssync.resync.failed"
        | "tssync.watch.overflow"
        | "tssync.root.halted"
        | "tssync.root.paused"
        | "tssync.root.resumed"
        | "tssync.root.degraded"
        | "tssync.remote.up"
        | "tssync.remote.down"
        | "tssync.hold.created"
        | "tssync.hold.decided"
        | "tssync.plugin.failed"
        | "tssync.webhook.test"
        | "tssync.purge.requested"
        | "tssync.config.reloaded";
    };
    Event: {
      data: {
        root?: string;
      } & {
        [key: string]: unknown;
      };
      /** @enum {string} */
      datacontenttype: "application/json";
      /** @description Also the cursor behind this event */
      id: string;
      source: string;
      /** @enum {string} */
      specversion: "1.0";
      /** @description Path relative to the root; a directory ends with a slash */
      subject?: string;
      /** Format: date-time */
      time: string;
      type: string;
    } & {
      [key: string]: unknown;
    };
    Events: {
      /** @description Everything up to here was looked at: what to send as `after` next */
      cursor: string;
      /** @description Reading behind this cursor gives everything that is kept */
      earliest: string;
      events: components["schemas"]["Event"][];
      latest: string;
    };
    Explanation: {
      /**
       * @description What is there now; null: nothing
       * @enum {string|null}
       */
      kind: "file" | "directory" | "symlink" | "other" | null;
      /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
      path: string;
      /** @description The exact path, only where it is not valid UTF-8 */
      pathBase64?: string;
      remotes: {
        message?: string;
        remote: string;
        /** @description The expression that excludes it, as it stands in the configuration */
        rule?: string;
        /**
         * Format: date-time
         * @description Since when it stands so, as far as that is known
         */
        since?: string;
        /** @enum {string} */
        state: "excluded" | "waiting" | "in_flight" | "failed" | "held" | "synced";
      }[];
      root: string;
    };
    Failure: {
      attempts: number;
      /** @description rsync's */
      exitCode: number | null;
      /** Format: date-time */
      firstAt: string;
      id: number;
      /** Format: date-time */
      lastAt: string;
      message: string;
      /**
       * Format: date-time
       * @description When it is tried again by itself
       */
      nextAt: string;
      /** @enum {string} */
      operation: "send" | "delete";
      /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
      path: string;
      /** @description The exact path, only where it is not valid UTF-8 */
      pathBase64?: string;
      remote: string;
      root: string;
    };
    Flush: {
      /** @description Everything written before the call has an event up to here */
      cursor: string;
    };
    FlushRequest: {
      /** @description Default: all */
      roots?: string[];
      /**
       * @description `seen`: read from the kernel; `synced`: on all remotes as well
       * @default synced
       * @enum {string}
       */
      scope: "seen" | "synced";
      /**
       * @default 30s
       * @example 30s
       */
      timeout: string;
    };
    Health: {
      checks?: {
        /** @description Only for those who hold a token */
        message?: string;
        name: string;
        ok: boolean;
      }[];
      /** @enum {string} */
      status: "ok";
    };
    Hold: {
      /** @description How many deletes */
      count: number;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      decidedAt: string | null;
      /** @description Some of their paths */
      examples: (string | {
        /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
        path: string;
        /** @description The exact path, only where it is not valid UTF-8 */
        pathBase64?: string;
      })[];
      id: string;
      /**
       * @description `resync`: a full sync found them; `changes`: more came at once than `maxDelete` allows
       * @enum {string}
       */
      origin: "resync" | "changes";
      remote: string;
      root: string;
      /** @enum {string} */
      state: "waiting" | "approved" | "rejected";
    };
    ManifestEntry: {
      /** @description The system's code of why this entry, or what is in this directory, could not be read */
      error?: string;
      /**
       * @description Of files, with `checksum`
       * @example sha256:9f86d0…
       */
      hash?: string;
      /**
       * @description Permission bits in octal
       * @example 0644
       */
      mode?: string;
      /** Format: date-time */
      mtime?: string;
      /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
      path: string;
      /** @description The exact path, only where it is not valid UTF-8 */
      pathBase64?: string;
      /** @description Not of directories */
      size?: number;
      /** @enum {string} */
      type: "file" | "directory" | "symlink" | "other";
    };
    NewToken: components["schemas"]["Token"] & {
      /** @description Shown here and never again */
      token: string;
    };
    NewWebhook: {
      /**
       * @default {
       *       "max": 1,
       *       "waitSeconds": 1
       *     }
       */
      batch: {
        /** @description Events in one request; above 1 the body is an array */
        max: number;
        /** @default 1 */
        waitSeconds: number;
      };
      /**
       * @description Empty: all
       * @default []
       */
      roots: string[];
      /**
       * @description Empty: all
       * @default []
       */
      types: string[];
      /**
       * Format: uri
       * @example https://hooks.example.com/tssync
       */
      url: string;
    };
    Plugin: {
      /** @description Everything up to here was delivered, or stands among its deliveries */
      cursor: string;
      /** @description Events that were given up */
      dead: number;
      /** @description One receiver of a plugin */
      id: string;
      inFlight: number;
      kind: string;
      /** @description The plugin's name, or the id of a webhook */
      name: string;
      /** @description Age of the oldest event that it has not got */
      oldestSeconds: number | null;
      /** @description What the account at a CDN may still purge; empty: nothing is counted */
      quotas: components["schemas"]["Quota"][];
      reason: string | null;
      /** @description Where its events go; empty where the plugin has but one place */
      receiver: string;
      /** @enum {string} */
      state: "ok" | "retrying" | "disabled";
      /** @description Events of the log behind its place, those for others included */
      unread: number;
      /** @description Events that are tried again */
      waiting: number;
    };
    Problem: {
      /** @description Stable, for programs */
      code: string;
      /** @description What was attempted, what was found and what to do */
      detail: string;
      status: number;
      title: string;
      type: string;
    } & {
      [key: string]: unknown;
    };
    Purge: {
      /** @description Stands in every event and delivery of this purge */
      batch: string;
      /** @description Things to purge, one event each */
      count: number;
      /** @description Id of the first event */
      first: string;
      /** @description Id of the last one */
      last: string;
      provider: string;
    };
    PurgeRequest: {
      /**
       * @default []
       * @example [
       *       "http://www.example.com/css/"
       *     ]
       */
      directories: string[];
      /** @default [] */
      tags: string[];
      /**
       * @default []
       * @example [
       *       "http://www.example.com/a.png"
       *     ]
       */
      urls: string[];
    };
    Quota: {
      /** @enum {string} */
      kind: "url" | "directory" | "tag";
      limit: number;
      remaining: number;
      /** @description The time in which `limit` may be purged */
      seconds: number;
    };
    ReasonInput: {
      /**
       * @description For those who look at the status later
       * @example moving to the new disks
       */
      reason?: string;
    };
    Reload: {
      /** Format: date-time */
      at: string;
      /** @description What differs and counts only from the next start on */
      needsRestart: string[];
      plugins: {
        added: string[];
        changed: string[];
        removed: string[];
      };
      roots: {
        added: string[];
        changed: {
          /** @description What differs, by the names of `/v1/config` */
          changes: string[];
          id: string;
          /** @description Another directory, or found in another way: watched anew */
          isAnew: boolean;
          /** @description What is mirrored changed: source and remotes are compared */
          isReevaluated: boolean;
          remotes: {
            added: string[];
            changed: {
              changes: string[];
              id: string;
              /** @description Another place under the same name */
              isAnew: boolean;
              isReevaluated: boolean;
            }[];
            removed: string[];
          };
        }[];
        removed: string[];
      };
      /** @description Settings of the whole daemon that were taken over */
      settings: string[];
    };
    Remote: {
      address: string;
      failures: number;
      /** @example 172.16.1.41::www */
      id: string;
      inFlight: number;
      /** Format: date-time */
      lastSyncedAt: string | null;
      /** @description Age of the oldest of them: the number to alert on */
      oldestPendingSeconds: number | null;
      /** @description Changes that wait or are in flight */
      pending: number;
      reason: string | null;
      /** @enum {string} */
      state: "ok" | "syncing" | "retrying" | "failing" | "held" | "paused";
      /**
       * Format: date-time
       * @description Everything that changed before is on this remote, except what is pending
       */
      watermark: string | null;
    };
    Resync: {
      /** @description Only of a dry run */
      differences?: {
        /** @example send */
        change: string;
        /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
        path: string;
        /** @description The exact path, only where it is not valid UTF-8 */
        pathBase64?: string;
        remote: string;
        root: string;
      }[];
      /** Format: date-time */
      finishedAt: string | null;
      id: string;
      perRemote: {
        bytes: number;
        deletes: number;
        error: string | null;
        /** @description rsync's; null while it has not ended or when it could not start */
        exitCode: number | null;
        files: number;
        remote: string;
        root: string;
        seconds: number;
      }[];
      progress: {
        bytes: number;
        files: number;
        remotes: number;
        remotesDone: number;
      };
      request: {
        /** @description Compare contents, not size and time */
        checksum?: boolean;
        /** @description false: send only. Default: as configured */
        delete?: boolean;
        /** @description Change nothing, list the `differences` */
        dryRun?: boolean;
        paths?: (string | {
          /** @description Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD */
          path: string;
          /** @description The exact path, only where it is not valid UTF-8 */
          pathBase64?: string;
        })[];
        /** @description Default: all */
        remotes?: string[];
        /** @description Default: all */
        roots?: string[];
      };
      /** Format: date-time */
      startedAt: string;
      /** @enum {string} */
      state: "queued" | "running" | "held" | "succeeded" | "failed" | "cancelled";
      /** @enum {string} */
      trigger: "start" | "first" | "api" | "cron" | "recovery" | "reload";
    };
    ResyncRequest: {
      /** @description Compare contents, not size and time */
      checksum?: boolean;
      /** @description false: send only. Default: as configured */
      delete?: boolean;
      /** @description Change nothing, list the `differences` */
      dryRun?: boolean;
      /** @description Default: everything */
      paths?: (string | {
        path?: string;
        pathBase64?: string;
      })[];
      /** @description Default: all */
      remotes?: string[];
      /** @description Default: all */
      roots?: string[];
    };
    Root: {
      id: string;
      /** @description Absolute */
      path: string;
      /** @description The exact path, only where it is not valid UTF-8 */
      pathBase64?: string;
      reason: string | null;
      remotes: components["schemas"]["Remote"][];
      /** @enum {string} */
      state: "starting" | "watching" | "degraded" | "halted" | "paused" | "stopped";
      watches: number;
    };
    /** @description As it holds now, secrets masked */
    RootConfiguration: {
      /** @description Regular expressions of paths that are left alone */
      excludes: string[];
      /** @enum {string} */
      initialSync: "always" | "first" | "never";
      maxDelete: number | null;
      openFiles: {
        everyMs: number;
        quietMs: number;
      };
      periodicSync: {
        everyMs: number;
        excludePatterns: string[];
      } | null;
      pollEveryMs: number;
      remotes: {
        address: string;
        destination: {
          host: string;
          /** @enum {string} */
          kind: "daemon";
          module: string;
          /** @description Where it is; what is in it is never shown */
          passwordFile: string | null;
          path: string;
          port: number | null;
          user: string | null;
        } | {
          host: string;
          identityFile: string | null;
          /** @enum {string} */
          kind: "ssh";
          options: string[];
          path: string;
          port: number | null;
          user: string | null;
        } | {
          /** @enum {string} */
          kind: "local";
          path: string;
        };
        id: string;
        /** @description rsync's options */
        params: string[];
        timeoutSeconds: number | null;
        /** @enum {string} */
        warm: "active" | "always" | "off";
      }[];
      /** @description Which events become changes */
      switches: {
        attrib: boolean;
        closeWrite: boolean;
        createFile: boolean;
        createFolder: boolean;
        /** @description Also whether anything is ever deleted on a remote */
        delete: boolean;
        modify: boolean;
        moveFrom: boolean;
        moveTo: boolean;
      };
      trash: string | null;
      /** @enum {string} */
      watcher: "auto" | "inotify" | "poll";
    };
    RootDetails: components["schemas"]["Root"] & {
      configuration: components["schemas"]["RootConfiguration"];
    };
    Status: {
      /** @description Id of the newest event */
      cursor: string;
      epoch: string;
      /** @description How the configuration was last read; the start counts */
      lastReload: {
        /** Format: date-time */
        at: string;
        /** @description false: it was refused, and the one of before still holds */
        ok: boolean;
        problems: {
          column: number | null;
          file: string | null;
          line: number | null;
          message: string;
        }[];
      };
      node: string;
      plugins: components["schemas"]["Plugin"][];
      roots: components["schemas"]["Root"][];
      /** Format: date-time */
      startedAt: string;
    };
    Subscription: {
      /** Format: date-time */
      acknowledgedAt: string | null;
      /** Format: date-time */
      createdAt: string;
      /** @description Events up to here were acknowledged */
      cursor: string;
      name: string;
      /** @description What the path begins with, or a pattern with *, ** and ? */
      path?: string;
      remote?: string;
      root?: string;
      types?: string[];
    };
    SubscriptionInput: {
      /** @description A cursor, `earliest` or `latest`; a new one begins with `latest` */
      after?: string;
      /** @description What the path begins with, or a pattern with *, ** and ? */
      path?: string;
      remote?: string;
      root?: string;
      types?: string[];
    };
    Token: {
      /** Format: date-time */
      createdAt: string;
      id: string;
      /**
       * Format: date-time
       * @description null: never
       */
      lastUsedAt: string | null;
      name: string | null;
      /** @description null: everything */
      roots: string[] | null;
      /**
       * @description What it may do; each includes those before it: status, events, resync, admin
       * @enum {string}
       */
      scope: "status" | "events" | "resync" | "admin";
    };
    TokenInput: {
      /**
       * @description For those who look at the list later
       * @example deploy
       */
      name?: string;
      /**
       * @description The roots it is good for; what belongs to no root is refused then. Default: everything
       * @example [
       *       "www"
       *     ]
       */
      roots?: string[];
      /**
       * @description What it may do; each includes those before it: status, events, resync, admin
       * @enum {string}
       */
      scope: "status" | "events" | "resync" | "admin";
    };
    Version: {
      commit: string;
      /** @description First part of every event id; a new one means that old cursors are void */
      epoch: string;
      /** @description The name of this machine in events */
      node: string;
      /** @example bun 1.4.5 */
      runtime: string;
      version: string;
    };
    Webhook: {
      batch: {
        max: number;
        waitSeconds: number;
      };
      /** Format: date-time */
      createdAt: string | null;
      deliveries: {
        dead: number;
        waiting: number;
      };
      id: string;
      /**
       * @description What stands in the configuration is changed there
       * @enum {string}
       */
      origin: "api" | "configuration";
      /**
       * Format: date-time
       * @description Until then the secret before signs as well
       */
      previousSecretUntil: string | null;
      /** @description Why it is disabled, or what was answered when it was refused */
      reason: string | null;
      roots: string[];
      /** @enum {string} */
      state: "enabled" | "disabled";
      types: string[];
      url: string;
    };
    WebhookChanges: {
      batch?: {
        /** @description Events in one request; above 1 the body is an array */
        max: number;
        /** @default 1 */
        waitSeconds: number;
      };
      roots?: string[];
      /** @enum {string} */
      state?: "enabled" | "disabled";
      types?: string[];
      /**
       * Format: uri
       * @example https://hooks.example.com/tssync
       */
      url?: string;
    };
    WebhookTest: {
      delivered: boolean;
      /** @description What was answered, without its body */
      message: string;
    };
    WebhookWithSecret: components["schemas"]["Webhook"] & {
      secret: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  checkHealth: {
    parameters: {
      query?: {
        /** @description Lists every check */
        verbose?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ready */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description Not ready; `checks` names why */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  checkAlive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It does */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  readMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In Prometheus' text form */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  checkReady: {
    parameters: {
      query?: {
        /** @description Lists every check */
        verbose?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ready */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description Not ready; `checks` names why */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listAgents: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "s3f9c1a7be2d0",
           *           "transport": "sse",
           *           "name": "cdn-agent",
           *           "peer": "172.16.1.50",
           *           "connectedAt": "2026-11-20T09:14:58.020Z",
           *           "cursor": "k3v9qx2a-000000000184213",
           *           "acknowledged": null,
           *           "lag": {
           *             "events": 0,
           *             "bytes": 0
           *           },
           *           "filter": {
           *             "types": [
           *               "tssync.file.synced_all"
           *             ]
           *           }
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Agent"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  purge: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "urls": [
         *         "http://www.example.com/a.png"
         *       ],
         *       "directories": [
         *         "http://www.example.com/css/"
         *       ],
         *       "tags": []
         *     }
         */
        "application/json": components["schemas"]["PurgeRequest"];
      };
    };
    responses: {
      /** @description Taken on */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "provider": "varnish",
           *       "batch": "bZk3vQx1",
           *       "count": 2,
           *       "first": "k3v9qx2a-000000000184213",
           *       "last": "k3v9qx2a-000000000184214"
           *     }
           */
          "application/json": components["schemas"]["Purge"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it holds now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Configuration"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  reloadConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What changed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "at": "2026-11-20T09:15:02.113Z",
           *       "roots": {
           *         "added": [
           *           "static"
           *         ],
           *         "removed": [],
           *         "changed": []
           *       },
           *       "plugins": {
           *         "added": [],
           *         "removed": [],
           *         "changed": []
           *       },
           *       "settings": [
           *         "threadsMax"
           *       ],
           *       "needsRestart": []
           *     }
           */
          "application/json": components["schemas"]["Reload"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
        /** @description The name of a plugin, the id of a webhook or of one receiver */
        plugin?: string;
        state?: "waiting" | "delivered" | "dead";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "42",
           *           "plugin": "refreshCDN",
           *           "receiver": "refreshCDN",
           *           "event": "k3v9qx2a-000000000184213",
           *           "type": "tssync.file.synced_all",
           *           "root": "www",
           *           "path": "site/images/a.png",
           *           "state": "waiting",
           *           "attempts": 1,
           *           "firstAt": "2026-11-20T09:14:58.020Z",
           *           "lastAt": "2026-11-20T09:14:58.020Z",
           *           "nextAt": "2026-11-20T09:15:02.113Z",
           *           "message": "answered with 503"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Delivery"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  redeliver: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is on its way */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "42",
           *       "plugin": "refreshCDN",
           *       "receiver": "refreshCDN",
           *       "event": "k3v9qx2a-000000000184213",
           *       "type": "tssync.file.synced_all",
           *       "root": "www",
           *       "path": "site/images/a.png",
           *       "state": "waiting",
           *       "attempts": 1,
           *       "firstAt": "2026-11-20T09:14:58.020Z",
           *       "lastAt": "2026-11-20T09:14:58.020Z",
           *       "nextAt": "2026-11-20T09:15:02.113Z",
           *       "message": "answered with 503"
           *     }
           */
          "application/json": components["schemas"]["Delivery"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listEvents: {
    parameters: {
      query?: {
        /** @description A cursor, `earliest` or `latest` */
        after?: string;
        limit?: number;
        /** @description What the path begins with, or a pattern with *, ** and ? */
        path?: string;
        remote?: string;
        root?: string;
        ticket?: string;
        /** @description Types, separated by commas; tssync.file.* is all that begin so */
        types?: string;
        wait?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page, or a stream */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "events": [
           *         {
           *           "specversion": "1.0",
           *           "id": "k3v9qx2a-000000000184213",
           *           "source": "tssync://web01/www",
           *           "type": "tssync.file.synced_all",
           *           "subject": "site/images/a.png",
           *           "time": "2026-11-20T09:15:02.113Z",
           *           "datacontenttype": "application/json",
           *           "data": {
           *             "root": "www",
           *             "operation": "write",
           *             "kind": "file",
           *             "size": 10213,
           *             "mtime": "2026-11-20T09:14:58.020Z",
           *             "mode": "0644",
           *             "detectedAt": "2026-11-20T09:14:58.020Z",
           *             "syncedAt": "2026-11-20T09:15:02.113Z",
           *             "lagMs": 12
           *           }
           *         }
           *       ],
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "earliest": "k3v9qx2a-000000000000000",
           *       "latest": "k3v9qx2a-000000000184213"
           *     }
           */
          "application/json": components["schemas"]["Events"];
          "application/jsonl": string;
          "text/event-stream": string;
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Events behind this cursor cannot be read: `reason` says why */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  followEvents: {
    parameters: {
      query?: {
        ticket?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is one */
      101: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  explain: {
    parameters: {
      query: {
        /** @description Relative to the root; `.` is the root itself */
        path?: string;
        /** @description The same, exactly; it wins */
        pathBase64?: string;
        root: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it stands now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "root": "www",
           *       "path": "site/images/a.png",
           *       "kind": "file",
           *       "remotes": [
           *         {
           *           "remote": "172.16.1.41::www",
           *           "state": "synced",
           *           "since": "2026-11-20T09:15:02.113Z"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Explanation"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listFailures: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
        remote?: string;
        root?: string;
        /** @description Failed again since then */
        since?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": 17,
           *           "path": "site/upload/a.mp4",
           *           "root": "www",
           *           "remote": "172.16.1.41::www",
           *           "operation": "send",
           *           "attempts": 2,
           *           "firstAt": "2026-11-20T09:14:58.020Z",
           *           "lastAt": "2026-11-20T09:15:02.113Z",
           *           "nextAt": "2026-11-20T09:45:02.113Z",
           *           "exitCode": 23,
           *           "message": "rsync: [receiver] mkstemp \"/site/upload/.a.mp4.x1\" (in www) failed: Permission denied (13)"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Failure"][];
            next: string | null;
          };
          "text/x-shellscript": string;
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  retryFailure: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is on its way */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "count": 1
           *     }
           */
          "application/json": {
            /** @description How many are tried again now */
            count: number;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  retryFailures: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They are on their way */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "count": 3
           *     }
           */
          "application/json": {
            /** @description How many are tried again now */
            count: number;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  flush: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "roots": [
         *         "www"
         *       ],
         *       "scope": "synced",
         *       "timeout": "30s"
         *     }
         */
        "application/json": components["schemas"]["FlushRequest"];
      };
    };
    responses: {
      /** @description It is */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "cursor": "k3v9qx2a-000000000184213"
           *     }
           */
          "application/json": components["schemas"]["Flush"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not done in time */
      504: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listHolds: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "h-2c7e",
           *           "root": "www",
           *           "remote": "172.16.1.41::www",
           *           "origin": "resync",
           *           "createdAt": "2026-11-20T09:15:02.113Z",
           *           "count": 8120,
           *           "examples": [
           *             "site/old/1.png",
           *             "site/old/2.png"
           *           ],
           *           "state": "waiting",
           *           "decidedAt": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Hold"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  approveHold: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it was decided */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "h-2c7e",
           *       "root": "www",
           *       "remote": "172.16.1.41::www",
           *       "origin": "resync",
           *       "createdAt": "2026-11-20T09:15:02.113Z",
           *       "count": 8120,
           *       "examples": [
           *         "site/old/1.png",
           *         "site/old/2.png"
           *       ],
           *       "state": "waiting",
           *       "decidedAt": null
           *     }
           */
          "application/json": components["schemas"]["Hold"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is already running (`id` says which), or was decided before */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rejectHold: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it was decided */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "h-2c7e",
           *       "root": "www",
           *       "remote": "172.16.1.41::www",
           *       "origin": "resync",
           *       "createdAt": "2026-11-20T09:15:02.113Z",
           *       "count": 8120,
           *       "examples": [
           *         "site/old/1.png",
           *         "site/old/2.png"
           *       ],
           *       "state": "waiting",
           *       "decidedAt": null
           *     }
           */
          "application/json": components["schemas"]["Hold"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is already running (`id` says which), or was decided before */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listResyncs: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "r-3f9c1a7be2d04c55",
           *           "trigger": "api",
           *           "state": "succeeded",
           *           "request": {
           *             "roots": [
           *               "www"
           *             ],
           *             "paths": [
           *               "site/images"
           *             ]
           *           },
           *           "startedAt": "2026-11-20T09:14:58.020Z",
           *           "finishedAt": "2026-11-20T09:15:02.113Z",
           *           "progress": {
           *             "remotesDone": 1,
           *             "remotes": 1,
           *             "files": 3,
           *             "bytes": 30639
           *           },
           *           "perRemote": [
           *             {
           *               "remote": "172.16.1.41::www",
           *               "root": "www",
           *               "exitCode": 0,
           *               "files": 3,
           *               "bytes": 30639,
           *               "deletes": 0,
           *               "seconds": 0.42,
           *               "error": null
           *             }
           *           ]
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Resync"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  startResync: {
    parameters: {
      query?: never;
      header?: {
        "idempotency-key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "roots": [
         *         "www"
         *       ],
         *       "paths": [
         *         "site/images"
         *       ],
         *       "dryRun": true
         *     }
         */
        "application/json": components["schemas"]["ResyncRequest"];
      };
    };
    responses: {
      /** @description Queued or running */
      202: {
        headers: {
          /** @description Where it can be watched */
          location: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "r-3f9c1a7be2d04c55",
           *       "trigger": "api",
           *       "state": "succeeded",
           *       "request": {
           *         "roots": [
           *           "www"
           *         ],
           *         "paths": [
           *           "site/images"
           *         ]
           *       },
           *       "startedAt": "2026-11-20T09:14:58.020Z",
           *       "finishedAt": "2026-11-20T09:15:02.113Z",
           *       "progress": {
           *         "remotesDone": 1,
           *         "remotes": 1,
           *         "files": 3,
           *         "bytes": 30639
           *       },
           *       "perRemote": [
           *         {
           *           "remote": "172.16.1.41::www",
           *           "root": "www",
           *           "exitCode": 0,
           *           "files": 3,
           *           "bytes": 30639,
           *           "deletes": 0,
           *           "seconds": 0.42,
           *           "error": null
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Resync"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is already running (`id` says which), or was decided before */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readResync: {
    parameters: {
      query?: {
        /** @description How long to wait for its end */
        wait?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it stands then */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "r-3f9c1a7be2d04c55",
           *       "trigger": "api",
           *       "state": "succeeded",
           *       "request": {
           *         "roots": [
           *           "www"
           *         ],
           *         "paths": [
           *           "site/images"
           *         ]
           *       },
           *       "startedAt": "2026-11-20T09:14:58.020Z",
           *       "finishedAt": "2026-11-20T09:15:02.113Z",
           *       "progress": {
           *         "remotesDone": 1,
           *         "remotes": 1,
           *         "files": 3,
           *         "bytes": 30639
           *       },
           *       "perRemote": [
           *         {
           *           "remote": "172.16.1.41::www",
           *           "root": "www",
           *           "exitCode": 0,
           *           "files": 3,
           *           "bytes": 30639,
           *           "deletes": 0,
           *           "seconds": 0.42,
           *           "error": null
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Resync"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelResync: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it stands now: it ends in a moment */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "r-3f9c1a7be2d04c55",
           *       "trigger": "api",
           *       "state": "succeeded",
           *       "request": {
           *         "roots": [
           *           "www"
           *         ],
           *         "paths": [
           *           "site/images"
           *         ]
           *       },
           *       "startedAt": "2026-11-20T09:14:58.020Z",
           *       "finishedAt": "2026-11-20T09:15:02.113Z",
           *       "progress": {
           *         "remotesDone": 1,
           *         "remotes": 1,
           *         "files": 3,
           *         "bytes": 30639
           *       },
           *       "perRemote": [
           *         {
           *           "remote": "172.16.1.41::www",
           *           "root": "www",
           *           "exitCode": 0,
           *           "files": 3,
           *           "bytes": 30639,
           *           "deletes": 0,
           *           "seconds": 0.42,
           *           "error": null
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Resync"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is already running (`id` says which), or was decided before */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listRoots: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "www",
           *           "path": "/data/www",
           *           "state": "watching",
           *           "reason": null,
           *           "watches": 1204,
           *           "remotes": [
           *             {
           *               "id": "172.16.1.41::www",
           *               "address": "rsync://backup@172.16.1.41:873/www",
           *               "state": "ok",
           *               "reason": null,
           *               "pending": 0,
           *               "oldestPendingSeconds": null,
           *               "inFlight": 0,
           *               "failures": 0,
           *               "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *               "watermark": "2026-11-20T09:15:02.113Z"
           *             }
           *           ],
           *           "configuration": {
           *             "excludes": [
           *               "\\.tmp$"
           *             ],
           *             "switches": {
           *               "delete": true,
           *               "createFolder": true,
           *               "createFile": false,
           *               "closeWrite": true,
           *               "moveFrom": true,
           *               "moveTo": true,
           *               "attrib": false,
           *               "modify": false
           *             },
           *             "remotes": [
           *               {
           *                 "id": "172.16.1.41::www",
           *                 "address": "rsync://backup@172.16.1.41:873/www",
           *                 "destination": {
           *                   "kind": "daemon",
           *                   "host": "172.16.1.41",
           *                   "port": 873,
           *                   "user": "backup",
           *                   "passwordFile": "/etc/tssync/backup.pass",
           *                   "module": "www",
           *                   "path": ""
           *                 },
           *                 "params": [
           *                   "-artuz"
           *                 ],
           *                 "timeoutSeconds": 100,
           *                 "warm": "active"
           *               }
           *             ],
           *             "initialSync": "first",
           *             "periodicSync": null,
           *             "watcher": "auto",
           *             "pollEveryMs": 5000,
           *             "openFiles": {
           *               "quietMs": 1000,
           *               "everyMs": 60000
           *             },
           *             "maxDelete": null,
           *             "trash": null
           *           }
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["RootDetails"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readRoot: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id, percent-encoded */
        root: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it stands now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "www",
           *       "path": "/data/www",
           *       "state": "watching",
           *       "reason": null,
           *       "watches": 1204,
           *       "remotes": [
           *         {
           *           "id": "172.16.1.41::www",
           *           "address": "rsync://backup@172.16.1.41:873/www",
           *           "state": "ok",
           *           "reason": null,
           *           "pending": 0,
           *           "oldestPendingSeconds": null,
           *           "inFlight": 0,
           *           "failures": 0,
           *           "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *           "watermark": "2026-11-20T09:15:02.113Z"
           *         }
           *       ],
           *       "configuration": {
           *         "excludes": [
           *           "\\.tmp$"
           *         ],
           *         "switches": {
           *           "delete": true,
           *           "createFolder": true,
           *           "createFile": false,
           *           "closeWrite": true,
           *           "moveFrom": true,
           *           "moveTo": true,
           *           "attrib": false,
           *           "modify": false
           *         },
           *         "remotes": [
           *           {
           *             "id": "172.16.1.41::www",
           *             "address": "rsync://backup@172.16.1.41:873/www",
           *             "destination": {
           *               "kind": "daemon",
           *               "host": "172.16.1.41",
           *               "port": 873,
           *               "user": "backup",
           *               "passwordFile": "/etc/tssync/backup.pass",
           *               "module": "www",
           *               "path": ""
           *             },
           *             "params": [
           *               "-artuz"
           *             ],
           *             "timeoutSeconds": 100,
           *             "warm": "active"
           *           }
           *         ],
           *         "initialSync": "first",
           *         "periodicSync": null,
           *         "watcher": "auto",
           *         "pollEveryMs": 5000,
           *         "openFiles": {
           *           "quietMs": 1000,
           *           "everyMs": 60000
           *         },
           *         "maxDelete": null,
           *         "trash": null
           *       }
           *     }
           */
          "application/json": components["schemas"]["RootDetails"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readManifest: {
    parameters: {
      query?: {
        /** @description Read every file and give its hash */
        checksum?: "0" | "1" | "true" | "false";
        /** @description This entry and all below it alone; default: everything */
        path?: string;
        /** @description The same, exactly; it wins */
        pathBase64?: string;
      };
      header?: never;
      path: {
        root: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One entry a line */
      200: {
        headers: {
          /** @description Taken before the first entry was looked at */
          "tssync-cursor": string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "path": "site/images/a.png",
           *       "type": "file",
           *       "size": 10213,
           *       "mtime": "2026-11-20T09:14:58.020Z",
           *       "mode": "0644"
           *     }
           */
          "application/jsonl": components["schemas"]["ManifestEntry"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  pauseRoot: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id, percent-encoded */
        root: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "moving to the new disks"
         *     }
         */
        "application/json": components["schemas"]["ReasonInput"];
      };
    };
    responses: {
      /** @description The root's state now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "www",
           *       "path": "/data/www",
           *       "state": "watching",
           *       "reason": null,
           *       "watches": 1204,
           *       "remotes": [
           *         {
           *           "id": "172.16.1.41::www",
           *           "address": "rsync://backup@172.16.1.41:873/www",
           *           "state": "ok",
           *           "reason": null,
           *           "pending": 0,
           *           "oldestPendingSeconds": null,
           *           "inFlight": 0,
           *           "failures": 0,
           *           "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *           "watermark": "2026-11-20T09:15:02.113Z"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Root"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  pauseRemote: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id, percent-encoded */
        remote: string;
        /** @description Its id, percent-encoded */
        root: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "moving to the new disks"
         *     }
         */
        "application/json": components["schemas"]["ReasonInput"];
      };
    };
    responses: {
      /** @description The remote's state now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "172.16.1.41::www",
           *       "address": "rsync://backup@172.16.1.41:873/www",
           *       "state": "ok",
           *       "reason": null,
           *       "pending": 0,
           *       "oldestPendingSeconds": null,
           *       "inFlight": 0,
           *       "failures": 0,
           *       "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *       "watermark": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Remote"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resumeRemote: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id, percent-encoded */
        remote: string;
        /** @description Its id, percent-encoded */
        root: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "moving to the new disks"
         *     }
         */
        "application/json": components["schemas"]["ReasonInput"];
      };
    };
    responses: {
      /** @description The remote's state now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "172.16.1.41::www",
           *       "address": "rsync://backup@172.16.1.41:873/www",
           *       "state": "ok",
           *       "reason": null,
           *       "pending": 0,
           *       "oldestPendingSeconds": null,
           *       "inFlight": 0,
           *       "failures": 0,
           *       "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *       "watermark": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Remote"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resumeRoot: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its id, percent-encoded */
        root: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "moving to the new disks"
         *     }
         */
        "application/json": components["schemas"]["ReasonInput"];
      };
    };
    responses: {
      /** @description The root's state now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "www",
           *       "path": "/data/www",
           *       "state": "watching",
           *       "reason": null,
           *       "watches": 1204,
           *       "remotes": [
           *         {
           *           "id": "172.16.1.41::www",
           *           "address": "rsync://backup@172.16.1.41:873/www",
           *           "state": "ok",
           *           "reason": null,
           *           "pending": 0,
           *           "oldestPendingSeconds": null,
           *           "inFlight": 0,
           *           "failures": 0,
           *           "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *           "watermark": "2026-11-20T09:15:02.113Z"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Root"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Status */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "node": "web01",
           *       "startedAt": "2026-11-20T09:14:58.020Z",
           *       "epoch": "k3v9qx2a",
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "roots": [
           *         {
           *           "id": "www",
           *           "path": "/data/www",
           *           "state": "watching",
           *           "reason": null,
           *           "watches": 1204,
           *           "remotes": [
           *             {
           *               "id": "172.16.1.41::www",
           *               "address": "rsync://backup@172.16.1.41:873/www",
           *               "state": "ok",
           *               "reason": null,
           *               "pending": 0,
           *               "oldestPendingSeconds": null,
           *               "inFlight": 0,
           *               "failures": 0,
           *               "lastSyncedAt": "2026-11-20T09:15:02.113Z",
           *               "watermark": "2026-11-20T09:15:02.113Z"
           *             }
           *           ]
           *         }
           *       ],
           *       "plugins": [],
           *       "lastReload": {
           *         "at": "2026-11-20T09:14:58.020Z",
           *         "ok": true,
           *         "problems": []
           *       }
           *     }
           */
          "application/json": components["schemas"]["Status"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it is */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "agent-7",
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "root": "www",
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "acknowledgedAt": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Subscription"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "after": "latest",
         *       "types": [
         *         "tssync.file.synced_all"
         *       ],
         *       "root": "www"
         *     }
         */
        "application/json": components["schemas"]["SubscriptionInput"];
      };
    };
    responses: {
      /** @description It was there before */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "agent-7",
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "root": "www",
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "acknowledgedAt": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Subscription"];
        };
      };
      /** @description It is new */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "agent-7",
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "root": "www",
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "acknowledgedAt": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Subscription"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Events behind this cursor cannot be read: `reason` says why */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is forgotten */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  acknowledge: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "cursor": "k3v9qx2a-000000000184213"
         *     }
         */
        "application/json": components["schemas"]["Acknowledgement"];
      };
    };
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "agent-7",
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "root": "www",
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "acknowledgedAt": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": components["schemas"]["Subscription"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Events behind this cursor cannot be read: `reason` says why */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readSubscribedEvents: {
    parameters: {
      query?: {
        limit?: number;
        wait?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "events": [
           *         {
           *           "specversion": "1.0",
           *           "id": "k3v9qx2a-000000000184213",
           *           "source": "tssync://web01/www",
           *           "type": "tssync.file.synced_all",
           *           "subject": "site/images/a.png",
           *           "time": "2026-11-20T09:15:02.113Z",
           *           "datacontenttype": "application/json",
           *           "data": {
           *             "root": "www",
           *             "operation": "write",
           *             "kind": "file",
           *             "size": 10213,
           *             "mtime": "2026-11-20T09:14:58.020Z",
           *             "mode": "0644",
           *             "detectedAt": "2026-11-20T09:14:58.020Z",
           *             "syncedAt": "2026-11-20T09:15:02.113Z",
           *             "lagMs": 12
           *           }
           *         }
           *       ],
           *       "cursor": "k3v9qx2a-000000000184213",
           *       "earliest": "k3v9qx2a-000000000000000",
           *       "latest": "k3v9qx2a-000000000184213"
           *     }
           */
          "application/json": components["schemas"]["Events"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Events behind this cursor cannot be read: `reason` says why */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createTicket: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is shown once */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "ticket": "Zk3vQx9aW0e1R2t3",
           *       "expiresAt": "2026-11-20T09:15:02.113Z"
           *     }
           */
          "application/json": {
            /** Format: date-time */
            expiresAt: string;
            ticket: string;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "t-8d1f",
           *           "name": "deploy",
           *           "scope": "resync",
           *           "roots": [
           *             "www"
           *           ],
           *           "createdAt": "2026-11-20T09:14:58.020Z",
           *           "lastUsedAt": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Token"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "scope": "resync",
         *       "name": "deploy",
         *       "roots": [
         *         "www"
         *       ]
         *     }
         */
        "application/json": components["schemas"]["TokenInput"];
      };
    };
    responses: {
      /** @description It is shown this once */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "t-8d1f",
           *       "name": "deploy",
           *       "scope": "resync",
           *       "roots": [
           *         "www"
           *       ],
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "lastUsedAt": null,
           *       "token": "tssync_Zk3vQx9aW0e1R2t3Y4u5I6o7P8a9S0d1"
           *     }
           */
          "application/json": components["schemas"]["NewToken"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is already running (`id` says which), or was decided before */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readVersion: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Version */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "version": "0.1.0",
           *       "commit": "4a2aa23",
           *       "runtime": "bun 1.4.5",
           *       "node": "web01",
           *       "epoch": "k3v9qx2a"
           *     }
           */
          "application/json": components["schemas"]["Version"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listWebhooks: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "w-5b1c",
           *           "url": "https://hooks.example.com/tssync",
           *           "types": [
           *             "tssync.file.synced_all"
           *           ],
           *           "roots": [
           *             "www"
           *           ],
           *           "batch": {
           *             "max": 1,
           *             "waitSeconds": 1
           *           },
           *           "origin": "api",
           *           "state": "enabled",
           *           "reason": null,
           *           "createdAt": "2026-11-20T09:14:58.020Z",
           *           "previousSecretUntil": null,
           *           "deliveries": {
           *             "waiting": 0,
           *             "dead": 0
           *           }
           *         }
           *       ],
           *       "next": null
           *     }
           */
          "application/json": {
            items: components["schemas"]["Webhook"][];
            next: string | null;
          };
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "url": "https://hooks.example.com/tssync",
         *       "types": [
         *         "tssync.file.synced_all"
         *       ],
         *       "roots": [
         *         "www"
         *       ]
         *     }
         */
        "application/json": components["schemas"]["NewWebhook"];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "w-5b1c",
           *       "url": "https://hooks.example.com/tssync",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "roots": [
           *         "www"
           *       ],
           *       "batch": {
           *         "max": 1,
           *         "waitSeconds": 1
           *       },
           *       "origin": "api",
           *       "state": "enabled",
           *       "reason": null,
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "previousSecretUntil": null,
           *       "deliveries": {
           *         "waiting": 0,
           *         "dead": 0
           *       },
           *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
           *     }
           */
          "application/json": components["schemas"]["WebhookWithSecret"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As it is */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "w-5b1c",
           *       "url": "https://hooks.example.com/tssync",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "roots": [
           *         "www"
           *       ],
           *       "batch": {
           *         "max": 1,
           *         "waitSeconds": 1
           *       },
           *       "origin": "api",
           *       "state": "enabled",
           *       "reason": null,
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "previousSecretUntil": null,
           *       "deliveries": {
           *         "waiting": 0,
           *         "dead": 0
           *       }
           *     }
           */
          "application/json": components["schemas"]["Webhook"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Gone */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  changeWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "state": "disabled"
         *     }
         */
        "application/json": components["schemas"]["WebhookChanges"];
      };
    };
    responses: {
      /** @description As it is now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "w-5b1c",
           *       "url": "https://hooks.example.com/tssync",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "roots": [
           *         "www"
           *       ],
           *       "batch": {
           *         "max": 1,
           *         "waitSeconds": 1
           *       },
           *       "origin": "api",
           *       "state": "enabled",
           *       "reason": null,
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "previousSecretUntil": null,
           *       "deliveries": {
           *         "waiting": 0,
           *         "dead": 0
           *       }
           *     }
           */
          "application/json": components["schemas"]["Webhook"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is too large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rotateWebhookSecret: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description With its new secret, shown here and nowhere else */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "w-5b1c",
           *       "url": "https://hooks.example.com/tssync",
           *       "types": [
           *         "tssync.file.synced_all"
           *       ],
           *       "roots": [
           *         "www"
           *       ],
           *       "batch": {
           *         "max": 1,
           *         "waitSeconds": 1
           *       },
           *       "origin": "api",
           *       "state": "enabled",
           *       "reason": null,
           *       "createdAt": "2026-11-20T09:14:58.020Z",
           *       "previousSecretUntil": null,
           *       "deliveries": {
           *         "waiting": 0,
           *         "dead": 0
           *       },
           *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
           *     }
           */
          "application/json": components["schemas"]["WebhookWithSecret"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body, or the configuration, does not say what is expected */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What became of it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "delivered": true,
           *       "message": "answered with 204"
           *     }
           */
          "application/json": components["schemas"]["WebhookTest"];
        };
      };
      /** @description The request is not valid */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description No valid token */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The token's scope is too weak, or the request comes from a foreign page */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The `Host` is not ours */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many requests; `Retry-After` says when to come back */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not now: starting, stopping or not ready */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
