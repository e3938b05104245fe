/** What came of an answer and was not read yet. */
export interface AnswerBuffer<Piece> {
  push(piece: Piece): void;
  /** Nothing more comes: after what is here the reader gets the error, if any, else the end. */
  end(error?: unknown): void;
  /** Nothing more is given out, not even what is here: the reader gets the error, if any, else the end. */
  drop(error?: unknown): void;
  /** The next piece as soon as it is here, undefined at the end. For one reader who asks one at a time. */
  take(): Promise<Piece | undefined>;
}

/**
 * Parts the pace of a reader from that of the wire. It holds no more than one answer, which `max_tokens` bounds and which
 * is billed whether or not anybody takes it: to let the wire wait would save nothing.
 */
export function createAnswerBuffer<Piece extends object>(first: readonly Piece[]): AnswerBuffer<Piece> {
  let pieces = [...first];
  let at = 0;
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  function end(error?: unknown): void {
    ended ??= { error };
    wake?.();
  }

  return {
    push(piece) {
      if (ended !== undefined) return;
      pieces.push(piece);
      wake?.();
    },
    end,
    drop(error) {
      pieces = [];
      at = 0;
      ended = undefined;
      end(error);
    },
    async take() {
      while (at === pieces.length && ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const piece = pieces[at];
      if (piece === undefined) {
        if (ended?.error !== undefined) throw ended.error;
        return undefined;
      }
      at += 1;
      if (at === pieces.length) at = pieces.length = 0;
      return piece;
    },
  };
}
