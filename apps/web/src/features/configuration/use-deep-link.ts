import { FIELDS, SECTIONS } from "@ai-config/config-core";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { TEST_CALL } from "../test-call/test-call-words.ts";

const highlightMs = 2_400;

/** Leads to the field or section named after the `#`, and says which field to highlight for a moment. */
export function useDeepLink(showEverything: () => void): string | undefined {
  const { hash, state } = useLocation({ select: ({ hash, state }) => ({ hash, state: state.key }) });
  const [target, setTarget] = useState<string>();

  useEffect(() => {
    if (!isPlace(hash)) return;
    showEverything();
    setTarget(hash);
    const frame = requestAnimationFrame(() => {
      document.getElementById(hash)?.scrollIntoView({ block: hash.includes(".") ? "center" : "start" });
    });
    const timer = setTimeout(() => setTarget(undefined), highlightMs);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [hash, state, showEverything]);

  return target;
}

function isPlace(hash: string): boolean {
  return (
    FIELDS.some((field) => field.path === hash) ||
    SECTIONS.some((section) => section.name === hash) ||
    hash === TEST_CALL.name
  );
}
