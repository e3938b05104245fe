import { Link } from "@tanstack/react-router";
import { Zap } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import type { Membership } from "../../data/use-me.ts";
import { useTestCall } from "../../data/use-test-call.ts";
import { type ApiProblem, problemOf } from "../../lib/api-problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClassNames } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { TestAnswerView } from "./test-answer.tsx";
import { refusalWords, TEST_CALL, wayOut } from "./test-call-words.ts";

/** The most that the API takes as a prompt of a test call. */
const promptLengthMax = 2_000;

interface TestCallProps {
  organization: Membership | undefined;
  /** What the page shows. */
  effective: EffectiveConfiguration;
}

/** One small, real call under what is saved: its answer, its cost, and what governed it. */
export function TestCallCard({ organization, effective }: TestCallProps) {
  const [prompt, setPrompt] = useState("Say hello in one sentence.");
  const [isEmpty, setIsEmpty] = useState(false);
  const call = useTestCall();
  // Two quick presses come before it is drawn that the first is under way, and each call costs.
  const isUnderWay = useRef(false);
  const makeCall = useRef<HTMLButtonElement>(null);
  const mayCall = organization?.role !== "viewer";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsEmpty(prompt.trim() === "");
    if (prompt.trim() === "" || isUnderWay.current) return;
    isUnderWay.current = true;
    call.mutate(
      { prompt: prompt.trim(), organizationId: organization?.id },
      {
        onSettled: () => {
          isUnderWay.current = false;
        },
      },
    );
  };
  return (
    <Card
      id={TEST_CALL.name}
      title={TEST_CALL.title}
      description="One small call to Claude under what is saved here, answered in at most 256 tokens. It is real: it costs a little, and counts in your budgets."
      icon={Zap}
    >
      <div className="border-line border-t px-4 py-4 sm:px-5">
        {mayCall ? (
          <form noValidate onSubmit={submit} className="flex flex-col gap-3 sm:flex-row sm:items-start">
            <TextField
              label="Prompt"
              value={prompt}
              onChange={setPrompt}
              maxLength={promptLengthMax}
              error={isEmpty && prompt.trim() === "" ? "Enter what Claude is asked." : undefined}
              className="min-w-0 flex-1"
            />
            <div className="flex gap-2 sm:mt-[1.5625rem]">
              <Button
                ref={makeCall}
                look="primary"
                type="submit"
                isBusy={call.isPending}
                className="max-sm:flex-1"
              >
                {call.isPending ? "Calling" : "Make the call"}
              </Button>
              {call.isPending && (
                <Button
                  onClick={() => {
                    call.stop();
                    makeCall.current?.focus();
                  }}
                >
                  Stop
                </Button>
              )}
            </div>
          </form>
        ) : (
          <Banner>
            As a viewer of {organization.name} you can look, not spend. Ask an owner or admin for another
            role.
          </Banner>
        )}
        <div aria-live="polite" className="not-empty:mt-4">
          {call.error && <Refusal problem={problemOf(call.error)} />}
          {!call.isPending && call.data === "stopped" && (
            <Banner>
              Stopped. Claude may have answered all the same: what that costs at most counts in your budgets.
            </Banner>
          )}
          {!call.isPending && call.data && call.data !== "stopped" && (
            <TestAnswerView answer={call.data} effective={effective} />
          )}
        </div>
      </div>
    </Card>
  );
}

function Refusal({ problem }: { problem: ApiProblem }) {
  const way = wayOut(problem);
  return (
    <Banner
      tone="bad"
      action={
        way && (
          <Link
            to={way.to}
            search={way.level && { level: way.level }}
            hash={way.hash}
            className={buttonClassNames("secondary", "small")}
          >
            {way.word}
          </Link>
        )
      }
    >
      <span className="break-words">{refusalWords(problem)}</span>
    </Banner>
  );
}
