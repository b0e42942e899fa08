/** Runs one task after another, in the order in which they came. */
export function createExclusive(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>) => {
    const result = last.then(task)
    // Whoever asked for the task gets its error; the next one only waits for its end.
    last = result.catch(() => undefined)
    return result
  }
}
