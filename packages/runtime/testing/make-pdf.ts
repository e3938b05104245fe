import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";

const CATALOG = 1;
const PAGES = 2;
const CONTENT = 3;
const FONT = 4;
const OBJECTS = 5;
const FIRST_PAGE = 6;

/** A whole PDF 1.5 whose pages share one dense text, and are themselves packed into one compressed stream. */
export function makePdf(pages: number): Buffer {
  const numbers = Array.from({ length: pages }, (_, index) => FIRST_PAGE + index);
  const kids = numbers.map((number) => `${number} 0 R`).join(" ");
  const packed = new Map([
    [CATALOG, `<</Type/Catalog/Pages ${PAGES} 0 R>>`],
    [
      PAGES,
      `<</Type/Pages/Count ${pages}/MediaBox[0 0 595 842]/Resources<</Font<</F1 ${FONT} 0 R>>>>/Kids[${kids}]>>`,
    ],
    [FONT, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"],
    ...numbers.map(
      (number) => [number, `<</Type/Page/Parent ${PAGES} 0 R/Contents ${CONTENT} 0 R>>`] as const,
    ),
  ]);
  let head = "";
  let body = "";
  for (const [number, object] of packed) {
    head += `${number} ${body.length} `;
    body += `${object} `;
  }

  const parts: Buffer[] = [Buffer.from("%PDF-1.5\n")];
  const offsets = new Map<number, number>();
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const append = (number: number, dictionary: string, data: Buffer) => {
    offsets.set(number, length());
    const stream = `<<${dictionary}/Filter/FlateDecode/Length ${data.length}>>stream\n`;
    parts.push(Buffer.from(`${number} 0 obj\n${stream}`), data, Buffer.from("\nendstream endobj\n"));
  };
  const lines = Array.from(
    { length: 60 },
    (_, line) => `(${"the same words again and again ".repeat(3)}${line}) '`,
  );
  append(CONTENT, "", deflateSync(`BT /F1 9 Tf 12 TL 40 800 Td ${lines.join("\n")} ET`));
  append(OBJECTS, `/Type/ObjStm/N ${packed.size}/First ${head.length}`, deflateSync(head + body));

  const table = FIRST_PAGE + pages;
  const start = length();
  offsets.set(table, start);
  const rows = Buffer.alloc((table + 1) * 7);
  const order = [...packed.keys()];
  for (let number = 1; number <= table; number += 1) {
    const offset = offsets.get(number);
    rows[number * 7] = offset === undefined ? 2 : 1;
    rows.writeUInt32BE(offset ?? OBJECTS, number * 7 + 1);
    rows.writeUInt16BE(offset === undefined ? order.indexOf(number) : 0, number * 7 + 5);
  }
  append(table, `/Type/XRef/Size ${table + 1}/W[1 4 2]/Root ${CATALOG} 0 R`, deflateSync(rows));
  parts.push(Buffer.from(`startxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}
