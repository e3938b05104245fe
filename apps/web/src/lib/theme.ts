import { useSyncExternalStore } from "react";

export type ThemeChoice = "light" | "dark" | "system";

// public/theme.js reads the same key before the first paint.
const storageKey = "ai-config.theme";
const listeners = new Set<() => void>();
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)");

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

function paint() {
  const choice = readChoice();
  const isDark = choice === "dark" || (choice === "system" && systemIsDark().matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

/** Remembers the choice and repaints at once. */
export function chooseTheme(choice: ThemeChoice) {
  try {
    if (choice === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, choice);
  } catch {
    // Without storage the choice cannot be kept; the system's theme stays.
  }
  paint();
  for (const listener of listeners) listener();
}

/** Follows the system while no theme was chosen. */
export function watchSystemTheme() {
  systemIsDark().addEventListener("change", paint);
}

/** The person's choice, kept current. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readChoice);
}
