import { Button } from "../ui/button.tsx";

/** In place of the settings where none is left to show. */
export function NoMatch({ text, onShowAll }: { text: string; onShowAll(): void }) {
  return (
    <div className="rounded-xl border border-line-strong border-dashed px-6 py-10 text-center">
      <p className="text-muted">{text}</p>
      <Button className="mt-3" size="small" onClick={onShowAll}>
        Show all settings
      </Button>
    </div>
  );
}
