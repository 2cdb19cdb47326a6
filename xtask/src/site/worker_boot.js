// Starts a worker.
import start from "./MODULE";

start({ module_or_path: new URL("./WASM", import.meta.url) }).catch((error) => {
  // Thrown outside the promise, it reaches the page as the worker's `error` event.
  setTimeout(() => {
    throw error;
  });
});
