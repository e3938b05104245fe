import { request } from "node:http";

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface RawRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends what `fetch` would refuse or tidy up: any method, and the path exactly as it is written. */
export function sendRaw(url: string, { method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } });
    const read = async (answer: AsyncIterable<Buffer> & { statusCode?: number; headers: object }) => {
      let text = "";
      for await (const part of answer) text += part;
      resolve({ status: answer.statusCode ?? 0, headers: { ...answer.headers }, body: text });
    };
    sent.on("response", (answer) => void read(answer).catch(reject));
    // What a server answers to CONNECT comes by another event, and its body by the socket.
    sent.on("connect", ({ statusCode = 0, headers: answered }, socket, head) => {
      socket.destroy();
      resolve({ status: statusCode, headers: answered, body: head.toString() });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
