import { createContext, useContext, useState } from "react";

/** Whether the surroundings are already a modal layer, whose popups must not start another. */
export const InsideModal = createContext(false);

/**
 * Where a popup is put: into the landmark of what opened it, so that people who move by landmarks find it there,
 * and not at the end of the document.
 */
export function usePopupHome() {
  const [home, setHome] = useState<HTMLElement>();
  const isInsideModal = useContext(InsideModal);
  return {
    home,
    isModal: !isInsideModal,
    lookFrom: (trigger: Element | undefined) =>
      setHome(trigger?.closest<HTMLElement>("[role=dialog], aside, main, header") ?? undefined),
  };
}
