import { createInstallation, type Place, systemClock, systemRandom } from '@parley/messaging'
import { MemoryContents, MemoryDirectory, MemoryLog, MemoryStore } from '@parley/messaging/testing'
import { type MemberKey, memberKey } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { Deliveries } from './deliveries.ts'
import { type LoadDeps, saturate } from './load.ts'
import { openPair, type User } from './pair.ts'

export interface EngineLimit {
  readonly pairs: number
  readonly messages: number
}

/**
 * What the SDK's engine does with nothing behind it: the same pairs, with log, stores, directory and device in memory, in this one
 * thread. Nothing that encrypts, signs, checks and decrypts here is left out.
 * @returns messages per second, said and read.
 */
export async function measureEngine(
  clock: Clock,
  texts: readonly string[],
  { pairs, messages }: EngineLimit,
  signal: AbortSignal,
): Promise<number> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const log = new MemoryLog(() => systemClock.now())
  const [contents, directory] = [new MemoryContents(), new MemoryDirectory(systemClock)]
  let current = new Deliveries()
  const users: User[] = []
  const failing = Promise.withResolvers<never>()
  failing.promise.catch(() => undefined)
  try {
    for (let number = 0; number < pairs; number += 1) {
      const keys = [0, 1].map(() => memberKey(systemRandom(32))) as [MemberKey, MemberKey]
      const place: Place = log.create(keys)
      const depsOf = () => {
        const installation = createInstallation(systemRandom(20), systemRandom)
        directory.register(installation)
        return {
          log,
          contents,
          store: new MemoryStore(),
          directory,
          clock: systemClock,
          random: systemRandom,
          installation,
        }
      }
      const onMessage = (name: string, atMs: number): void => current.got(name, atMs)
      const pair = { place, keys, deps: [depsOf(), depsOf()], onMessage, onFailure: failing.reject } as const
      users.push(...(await Promise.race([openPair(pair, either), failing.promise])))
    }
    const deps: LoadDeps = { clock, users, texts, listen: (deliveries) => (current = deliveries) }
    const sent = await Promise.race([saturate(deps, messages, users.length, either), failing.promise])
    return sent.perSecond
  } finally {
    stop.abort()
  }
}
