// Reloads the page when the site was built anew. Only in sites built by `cargo xtask studio --watch`.
const NAME = "BUILD_FILE";
const read = async () => (await fetch(NAME, { cache: "no-store" })).text();
const mine = await read();
setInterval(async () => {
  try {
    if ((await read()) !== mine) location.reload();
  } catch {
    // The server is gone for a moment; asked again soon.
  }
}, 1000);
