/** Gives a long list to a program that does not read it yet, and waits to be killed: `list_sender.ts PROGRAM ARGUMENT...`. */
import process from "node:process";
import { startProcess } from "../../src/adapters/process_runner.ts";
import type { BytePath } from "../../src/core/path.ts";

const [program, ...args] = process.argv.slice(2) as [string, ...string[]];
const names = Array.from({ length: 50_000 }, (_, index) => `/some/directory/file ${index}\0`).join("");
const reader = startProcess({ program, args, cwd: "/" as BytePath, env: process.env });
reader.send(Buffer.from(names));
console.log("sent");
await reader.ended;
