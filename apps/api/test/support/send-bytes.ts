import { connect } from "node:net";

export interface SendBytesOptions {
  /** Sent again and again after the first text, for as long as the connection lasts. */
  piece?: string;
  /** Ends the connection when the first text is on its way, as somebody does who loses interest. */
  leave?: boolean;
}

/**
 * Speaks to a server without any library that would keep to the rules of HTTP. Answers all that the server said
 * until the connection ended.
 */
export function sendBytes(
  url: string,
  text: string | Uint8Array,
  { piece, leave = false }: SendBytesOptions = {},
): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  let answer = "";
  socket.on("data", (part) => {
    answer += part.toString();
  });
  return new Promise((resolve) => {
    const timer = piece === undefined ? undefined : setInterval(() => socket.write(piece), 10);
    // A server that closes while pieces are under way makes an error of the next one.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      resolve(answer);
    });
    socket.write(text, () => {
      if (leave) socket.destroy();
    });
  });
}
