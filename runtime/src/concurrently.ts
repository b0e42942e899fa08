/**
 * Runs tasks until one of them fails, ends the others and waits for them.
 * @throws what the first failing task threw; the signal's reason when it aborts first.
 */
export async function concurrently(
  signal: AbortSignal,
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const group = new AbortController()
  const inner = AbortSignal.any([signal, group.signal])
  let first: { readonly error: unknown } | undefined
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task(inner)
      } catch (error) {
        first ??= { error }
        group.abort(error)
      }
    }),
  )
  if (first !== undefined) throw first.error
}
