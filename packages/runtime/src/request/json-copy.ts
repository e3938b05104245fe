/**
 * What JSON makes of a value at this moment: a copy that is written the same whenever it is written, whatever becomes
 * of the value. Texts are shared, so large ones cost nothing. Numbers without a notation in JSON stay as they are, to
 * be told from what is absent. Throws what JSON throws, and a RangeError where a value holds itself.
 */
export function jsonCopy(value: unknown, name = ""): unknown {
  switch (typeof value) {
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return saysItself(value) ? written(value, name) : listCopy(value);
      return isPlain(value) && !saysItself(value) ? objectCopy(value) : written(value, name);
    case "function":
    case "bigint":
    case "symbol":
      return written(value, name);
    default:
      return value;
  }
}

function listCopy(list: readonly unknown[]): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index += 1) copy.push(jsonCopy(list[index], String(index)));
  return copy;
}

function objectCopy(object: object): object {
  const copy: Record<string | symbol, unknown> = {};
  for (const name of Object.keys(object)) {
    const value = jsonCopy((object as Record<string, unknown>)[name], name);
    if (value === undefined) continue;
    if (name === "__proto__") Object.defineProperty(copy, name, { value, enumerable: true });
    else copy[name] = value;
  }
  // Not written, but the SDK tells by them which of its helpers made a part.
  for (const mark of Object.getOwnPropertySymbols(object)) copy[mark] = Reflect.get(object, mark);
  return copy;
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function saysItself(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** The long way, by the text that would be sent: undefined where there is none. */
function written(value: unknown, name: string): unknown {
  return JSON.parse(JSON.stringify({ [name]: value }))[name];
}
