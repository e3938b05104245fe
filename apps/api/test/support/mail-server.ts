import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { SMTPServer } from "smtp-server";
import { expect } from "vitest";

/** A mail as it arrived, its text as people read it. */
interface Mail {
  from: string;
  to: string[];
  headers: string;
  text: string;
}

/** A mail server of this machine that keeps what it gets. */
export interface MailServer extends AsyncDisposable {
  url: string;
  mails: Mail[];
  /** Waits for so many mails in all. */
  until(count: number): Promise<void>;
}

/** Starts one; `refuses` makes it say no to every mail, with the recipient's address in its words. */
export async function startMailServer({ refuses = false } = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onRcptTo: ({ address }, _session, done) => {
      done(refuses ? Object.assign(new Error(`No mailbox ${address}`), { responseCode: 550 }) : null);
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = envelope;
        const [headers = "", ...body] = Buffer.concat(chunks).toString("utf8").split("\r\n\r\n");
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers,
          text: readableOf(headers, body.join("\r\n\r\n")),
        });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    until: async (count) => {
      await expect.poll(() => mails.length, { timeout: 10_000 }).toBe(count);
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readableOf(headers: string, body: string): string {
  if (!/content-transfer-encoding: quoted-printable/i.test(headers)) return body;
  const bytes = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
