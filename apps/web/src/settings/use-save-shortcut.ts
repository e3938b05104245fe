import { useEffect } from "react";

/** Ctrl+S or ⌘S presses the save bar's button, wherever the focus is. */
export function useSaveShortcut() {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      document.querySelector<HTMLFormElement>("form[data-save-bar]")?.requestSubmit();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
