import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { classNames } from "../lib/class-names.ts";
import { escapeText, unescapeText } from "../lib/escaped-text.ts";

interface TextsFieldProps {
  id: string;
  label: string;
  labelledBy: string;
  values: readonly string[];
  placeholder?: string;
  isMuted: boolean;
  isInvalid: boolean;
  isReadOnly: boolean;
  describedBy?: string;
  onChange(values: string[]): void;
}

/** A short list of texts. What is typed joins them with Enter, or when the field or the page is left. */
export function TextsField(props: TextsFieldProps) {
  const {
    id,
    label,
    labelledBy,
    values,
    placeholder,
    isMuted,
    isInvalid,
    isReadOnly,
    describedBy,
    onChange,
  } = props;
  const [typed, setTyped] = useState("");
  const [news, setNews] = useState("");
  const input = useRef<HTMLInputElement>(null);

  const add = () => {
    if (typed === "") return;
    const text = unescapeText(typed);
    setTyped("");
    if (values.includes(text)) return setNews(`${typed} is already there.`);
    setNews(`${typed} added.`);
    onChange([...values, text]);
  };
  const remove = (index: number) => {
    setNews(`${escapeText(values[index] ?? "")} removed.`);
    onChange(values.toSpliced(index, 1));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && typed === "" && values.length > 0 && !event.repeat) {
      remove(values.length - 1);
    } else if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "s") {
      // The page is saved without the field being left.
      add();
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData("text");
    if (!/[\n\r\t]/.test(pasted)) return;
    // The browser would drop the line breaks.
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    setTyped(
      typed.slice(0, selectionStart ?? typed.length) +
        escapeText(pasted) +
        typed.slice(selectionEnd ?? typed.length),
    );
  };

  return (
    <fieldset aria-labelledby={labelledBy} className="relative min-w-0">
      <div
        className={classNames(
          "flex min-h-9 flex-wrap items-center gap-1 rounded-md border border-control bg-surface p-1",
          "has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent has-[input:focus-visible]:outline-offset-2",
          isInvalid && "border-bad",
          isReadOnly && "border-line bg-sunken px-3",
        )}
      >
        {values.length > 0 && (
          <ul aria-label={label} className="contents">
            {values.map((value, index) => (
              <li
                key={index}
                className={classNames(
                  "flex min-h-6 min-w-0 max-w-full items-center rounded border border-line bg-sunken pl-1.5",
                  isMuted ? "text-muted" : "text-ink",
                  isReadOnly && "pr-1.5",
                )}
              >
                <span className="min-w-0 whitespace-pre-wrap break-words py-0.5 font-mono text-[0.8125rem]">
                  {escapeText(value)}
                </span>
                {!isReadOnly && (
                  <button
                    type="button"
                    aria-label={`Remove ${escapeText(value)}`}
                    onClick={() => remove(index)}
                    className="grid size-6 shrink-0 place-items-center self-stretch rounded text-muted hover:text-ink"
                  >
                    <X aria-hidden className="size-3.5" />
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        {isReadOnly && values.length === 0 && <span className="text-muted">{placeholder ?? "None"}</span>}
        {!isReadOnly && (
          <input
            ref={input}
            id={id}
            value={typed}
            placeholder={values.length === 0 ? (placeholder ?? "None") : undefined}
            enterKeyHint="done"
            autoCapitalize="off"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            aria-invalid={isInvalid || undefined}
            aria-describedby={classNames(`${id}-way`, describedBy)}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={add}
            className="h-6.5 min-w-24 flex-1 bg-transparent px-2 font-mono text-[0.8125rem] text-ink outline-none placeholder:font-sans placeholder:text-sm"
          />
        )}
      </div>
      {!isReadOnly && (
        <p id={`${id}-way`} className="mt-1 text-muted text-xs">
          Enter adds a text. Write a line break as <code>\n</code>.
        </p>
      )}
      <span role="status" className="sr-only">
        {news}
      </span>
    </fieldset>
  );
}
