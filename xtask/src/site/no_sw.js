// A site that changes while it is worked on is kept by nobody: this ends what an earlier build began.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(self.registration.unregister());
});
