// Starts the page. `index.html` holds no script of its own, so that the policy can forbid inline scripts.
import start from "./MODULE";

const loading = document.getElementById("loading");
try {
  await start({ module_or_path: new URL("./WASM", import.meta.url) });
  loading?.remove();
} catch (error) {
  if (loading) {
    loading.textContent =
      "QEC Studio could not start: " + (error?.message ?? error) +
      " — it needs a browser of 2022 or later with WebAssembly allowed; reloading helps when the network failed.";
    loading.setAttribute("role", "alert");
  }
  throw error;
}
