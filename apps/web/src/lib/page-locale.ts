/**
 * What dates, times, lists and numbers in sentences are written in: the page is English, whatever the browser speaks.
 * Hours count to 23, which reads the same everywhere.
 */
export const pageLocale = "en-u-hc-h23";
