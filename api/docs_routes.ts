/** A page for the description. All of it comes from here: the page is of use without any other network. */
import { Hono } from "hono";
import type { ApiEnv } from "./connection.ts";

export const DOCS_PATH = "/docs";
export const DOCS_SCRIPT_PATH = "/docs/rapidoc.js";

/** Nothing from elsewhere and no script in the page itself; RapiDoc brings its styles as elements. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tssync: the HTTP API</title>
<link rel="icon" href="data:,">
<script type="module" src="${DOCS_SCRIPT_PATH}"></script>
</head>
<body>
<rapi-doc
  spec-url="/openapi.json" load-fonts="false" regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace"
  show-header="false" allow-server-selection="false" allow-spec-url-load="false" allow-spec-file-load="false"
  render-style="view" schema-style="table" theme="light" primary-color="#2a6f97" persist-auth="false"></rapi-doc>
</body>
</html>
`;

/** `/docs`. */
export function docsRoutes(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(DOCS_PATH, (c) => c.html(PAGE, 200, { "content-security-policy": PAGE_POLICY }));
  app.get(DOCS_SCRIPT_PATH, async (c) => {
    // Almost a megabyte that most daemons never need.
    const { default: script } = await import("rapidoc/dist/rapidoc-min.js", { with: { type: "text" } });
    return c.body(script, 200, { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" });
  });
  return app;
}
