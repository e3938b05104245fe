import { useEffect } from "react";

/** Leaves room at the end of the page, and under toasts, while the save bar lies over it. */
export function useSaveBarSpace(isShown: boolean) {
  useEffect(() => {
    document.body.toggleAttribute("data-has-save-bar", isShown);
    return () => document.body.removeAttribute("data-has-save-bar");
  }, [isShown]);
}
