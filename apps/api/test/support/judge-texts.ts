import type { Person } from "./person.ts";

export type Answer = Awaited<ReturnType<Person["send"]>>;

/** A place where people write: how texts get there, and how they come back. */
export interface TextField {
  name: string;
  /** How many texts fit there at once. */
  atOnce?: number;
  write: (person: Person, texts: string[]) => Promise<Answer>;
  read: (person: Person, texts: string[]) => Promise<unknown>;
  /** What is kept of a text, where that is not the text itself. */
  normal?: (text: string) => string;
  /** How many of all texts are kept, at least. */
  keeps: number;
  /** Only every so many-th text is tried, where each takes long. */
  step?: number;
}

interface Refusal {
  code?: string;
  requestId?: string;
  issues?: readonly { path?: unknown }[];
}

/** What is wrong with a refusal, if anything. */
function problemOf(answer: Answer): string | undefined {
  const { error, errors } = answer.body as {
    error?: Refusal & { data?: { aiConfig: Refusal } };
    errors?: Refusal["issues"];
  };
  const { code, requestId, issues = errors ?? [] } = error?.data?.aiConfig ?? error ?? {};
  const isEnvelope = typeof code === "string" && requestId === answer.headers.get("x-request-id");
  const isBrief = JSON.stringify(answer.body).length < 5_000;
  // What the caller can correct is told with its place.
  const isPlaced = !code?.endsWith("_INVALID") || code === "INVITATION_INVALID" || issues.some(isPlace);
  if (answer.status >= 400 && answer.status < 500 && isEnvelope && isBrief && isPlaced) return undefined;
  return `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
}

function isPlace({ path }: { path?: unknown }): boolean {
  return typeof path === "string";
}

interface Verdict {
  kept: number;
  problems: string[];
}

/** Tries texts in a field. Where several are refused together, each half has another chance. */
async function judge(field: TextField, person: Person, texts: string[]): Promise<Verdict> {
  const { write, read, normal = (text) => text } = field;
  const answer = await write(person, texts);
  const shown = JSON.stringify(texts).slice(0, 100);
  if (answer.status === 200) {
    const kept = JSON.stringify(await read(person, texts));
    if (kept === JSON.stringify(texts.map(normal))) return { kept: texts.length, problems: [] };
    return { kept: 0, problems: [`${shown} came back as ${kept?.slice(0, 100)}`] };
  }
  const problem = problemOf(answer);
  if (problem !== undefined) return { kept: 0, problems: [`${shown}: ${problem}`] };
  if (texts.length === 1) return { kept: 0, problems: [] };
  const half = texts.length >> 1;
  const first = await judge(field, person, texts.slice(0, half));
  const second = await judge(field, person, texts.slice(half));
  return { kept: first.kept + second.kept, problems: [...first.problems, ...second.problems] };
}

/** Tries every text in a field, by several people at once. What is wrong comes back as sentences. */
export async function judgeAll(
  field: TextField,
  people: readonly Person[],
  texts: readonly string[],
): Promise<Verdict> {
  const { atOnce = 1, step = 1 } = field;
  const left = texts.filter((_text, index) => index % step === 0);
  const total: Verdict = { kept: 0, problems: [] };
  const work = async (person: Person) => {
    while (left.length > 0) {
      const { kept, problems } = await judge(field, person, left.splice(0, atOnce));
      total.kept += kept;
      total.problems.push(...problems);
    }
  };
  await Promise.all(people.map(work));
  return total;
}
