// Starts the page. `index.html` holds no script of its own, so that the policy can forbid inline scripts.
import start from "./MODULE";

const loading = document.getElementById("loading");
try {
  await start({ module_or_path: new URL("./WASM", import.meta.url) });
  loading?.remove();
  keep();
} catch (error) {
  if (loading) {
    loading.textContent =
      "QEC Studio could not start: " + (error?.message ?? error) +
      " — it needs a browser of 2022 or later with WebAssembly allowed; reloading helps when the network failed.";
    loading.setAttribute("role", "alert");
  }
  throw error;
}

// Keeps the site for use without a network, and tells the page when a newer one is there.
async function keep() {
  const workers = navigator.serviceWorker;
  // Only pages of a secure origin may; a browser that refuses works as before, with a network.
  const kept = await workers?.register(new URL("sw.js", document.baseURI)).catch(() => null);
  if (!kept) return;
  const tell = () => {
    if (kept.waiting && workers.controller) dispatchEvent(new Event("qec-update"));
  };
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", tell));
  addEventListener("qec-reload", () => {
    workers.addEventListener("controllerchange", () => location.reload());
    kept.waiting?.postMessage("take over");
  });
  tell();
}
