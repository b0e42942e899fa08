import { setTimeout } from 'node:timers/promises'

/** Waits until `condition` gives something, looking every few milliseconds; fails at a deadline. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false>,
  withinMs = 340_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await condition()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await setTimeout(10)
  }
}
