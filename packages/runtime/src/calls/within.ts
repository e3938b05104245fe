/**
 * Passes on what `work` comes to, or undefined where it takes longer. What is done before the loop turns, as by a store
 * in this process, is not worth a timer.
 */
export function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const soon = setImmediate(() => {
      timer = setTimeout(resolve, ms, undefined);
    });
    const stop = () => {
      clearImmediate(soon);
      clearTimeout(timer);
    };
    work.then(
      (value) => {
        stop();
        resolve(value);
      },
      (error) => {
        stop();
        reject(error);
      },
    );
  });
}
