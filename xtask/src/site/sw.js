// Keeps the site in the browser, so that it opens without a network. Written by `cargo xtask build`.
const CACHE = "qec-VERSION";
const FILES = [
FILE_LIST
];

// Files named by their content may come from the browser's cache; the others are asked for anew.
const fresh = (file) => new Request(file, { cache: file.startsWith("assets/") ? "default" : "no-cache" });

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map(fresh))));
});

// One former site stays: other tabs may still run it, and start workers from it.
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      const former = names.filter((name) => name.startsWith("qec-") && name !== CACHE);
      await Promise.all(former.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

// Said by a page whose visitor wants the new version.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const root = new URL("./", self.location).pathname;
  const path = new URL(request.url).pathname;
  const shell = request.mode === "navigate" && (path === root || path === root + "index.html");
  const kept = shell
    ? await cache.match("./")
    : ((await cache.match(request)) ?? (await caches.match(request)));
  return kept ?? fetch(request);
}
