/** The whole of RapiDoc as text: `import("rapidoc/dist/rapidoc-min.js", { with: { type: "text" } })`. */
declare module "rapidoc/dist/rapidoc-min.js" {
  const text: string;
  export default text;
}
