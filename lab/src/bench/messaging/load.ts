import { waitFor } from '@parley/cli/roles'
import { ClientError } from '@parley/client'
import type { Clock } from '@parley/runtime'
import { Deliveries } from './deliveries.ts'
import type { User } from './pair.ts'

export interface LoadDeps {
  readonly clock: Clock
  readonly users: readonly User[]
  /** What is said, in turn. */
  readonly texts: readonly string[]
  /** Hands on what readers get while it is sent. */
  listen(deliveries: Deliveries): void
}

const deliverWithinMs = 120_000

/** Has users speak in turn, as fast as what was said before is accepted. @param atOnce - Messages under way. */
export async function saturate(
  deps: LoadDeps,
  messages: number,
  atOnce: number,
  signal: AbortSignal,
): Promise<Deliveries> {
  const deliveries = new Deliveries()
  deps.listen(deliveries)
  let next = 0
  const speak = async (): Promise<void> => {
    while (next < messages) {
      const number = next++
      await sayAt(deps, deliveries, number, performance.now())
      signal.throwIfAborted()
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, messages) }, speak))
  await untilDelivered(deps, deliveries, signal)
  return deliveries
}

/** Has users speak at times that are fixed beforehand, whatever becomes of those before. */
export async function offer(
  deps: LoadDeps,
  messages: number,
  perSecond: number,
  signal: AbortSignal,
): Promise<Deliveries> {
  const deliveries = new Deliveries()
  deps.listen(deliveries)
  const began = performance.now()
  const saying: Promise<void>[] = []
  const failing = Promise.withResolvers<never>()
  failing.promise.catch(() => undefined)
  for (let number = 0; number < messages; number += 1) {
    const dueAtMs = began + (1_000 * number) / perSecond
    const early = dueAtMs - performance.now()
    if (early > 0) await deps.clock.sleep(early, signal)
    saying.push(sayAt(deps, deliveries, number, dueAtMs).catch(failing.reject))
    await Promise.race([failing.promise, undefined])
  }
  await Promise.race([Promise.all(saying), failing.promise])
  await untilDelivered(deps, deliveries, signal)
  return deliveries
}

/** What no server answers for is stored, and sent again by the conversation itself: its name is not known, so it is counted apart. */
async function sayAt(
  { users, texts }: LoadDeps,
  deliveries: Deliveries,
  number: number,
  dueAtMs: number,
): Promise<void> {
  const user = users[number % users.length] as User
  try {
    deliveries.said(await user.say(texts[number % texts.length] as string), dueAtMs)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    deliveries.unanswered += 1
  }
}

/** What is not there by then counts as lost. */
async function untilDelivered({ clock }: LoadDeps, deliveries: Deliveries, signal: AbortSignal): Promise<void> {
  const wait = { clock, everyMs: 50, withinMs: deliverWithinMs }
  const look = (): true | undefined => (deliveries.lost === 0 ? true : undefined)
  await waitFor('all messages to be delivered', look, wait, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    if (deliveries.delivered === 0) throw error
  })
}
