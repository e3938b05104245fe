/** The first that fits counts: most browsers claim to be some others too. */
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/**
 * What a user agent says about a device, in words for the person who uses it. A caller can write anything there,
 * so none of its text is passed on.
 */
export function describeDevice(userAgent: string | null): string {
  const browser = wordFor(userAgent, browsers);
  const system = wordFor(userAgent, systems);
  if (browser === undefined) return system ?? "Unknown device";
  return system === undefined ? browser : `${browser} on ${system}`;
}

function wordFor(userAgent: string | null, words: readonly [RegExp, string][]): string | undefined {
  return words.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
}
