/** One entity tag of a list, weak or strong, and what ends it. */
const TAG = /[ \t]*(?:W\/)?("[\x21\x23-\x7e\x80-\uffff]*")[ \t]*(?:,|$)/y;

/**
 * Whether what a caller has is what it would get. Tags are compared weakly, since proxies that compress an answer
 * weaken its tag. A header that cannot be read says nothing: the answer in full is always right.
 */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  let isListed = false;
  for (let index = 0; index < ifNoneMatch.length; index = TAG.lastIndex) {
    TAG.lastIndex = index;
    const found = TAG.exec(ifNoneMatch);
    if (found === null) return false;
    isListed ||= found[1] === etag;
  }
  return isListed;
}
