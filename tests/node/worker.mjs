// Runs the page's own program in Node as if it were a web worker: the very files that the browser gets.
//
//   node worker.mjs DIST     requests as JSON, one a line, on standard input; answers in base64, one a line, on
//                            standard output. It ends when its input does.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// The program asks what it runs in. In a worker the global scope is one of these.
globalThis.DedicatedWorkerGlobalScope = class {
  static [Symbol.hasInstance](value) {
    return value === globalThis;
  }
};
globalThis.self = globalThis;
globalThis.postMessage = (buffer) => {
  process.stdout.write(Buffer.from(buffer).toString("base64") + "\n");
};

const assets = join(process.argv[2], "assets");
const names = await readdir(assets);
const named = (pattern) => join(assets, names.find((name) => pattern.test(name)));
const program = await import(pathToFileURL(named(/^app-[0-9a-f]+\.js$/)));
await program.default({ module_or_path: await readFile(named(/^app-[0-9a-f]+\.wasm$/)) });

for await (const line of createInterface({ input: process.stdin })) {
  globalThis.onmessage({ data: line });
}
