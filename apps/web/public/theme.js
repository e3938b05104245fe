// Runs before the first paint. src/lib/theme.ts changes the choice later, under the same key.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("ai-config.theme");
  } catch {
    // Storage may be forbidden; the system's theme is then used.
  }
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
