export { failures } from "./failures.ts";
export { type FakeAnthropic, type FakeAnthropicOptions, startFakeAnthropic } from "./fake-anthropic.ts";
export type { RecordedRequest } from "./recorded-request.ts";
export type { Answer, AnswerBlock, Failure, FakeUsage, Step } from "./step.ts";
