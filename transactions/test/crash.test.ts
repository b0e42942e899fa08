import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { openTransactionSender } from '../src/call-sender.ts'
import { createPendingStore, type PendingStore, type TextStore } from '../src/pending-store.ts'
import { createSenderMetrics } from '../src/sender-metrics.ts'
import { senderDefaults } from '../src/sender-options.ts'
import { FakeChain } from './support/fake-chain.ts'
import { until } from './support/until.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const to = '0x00000000000000000000000000000000000000aa'
const request = { key: 'only', call: { to, data: '0x01', value: 0n } } as const
const forever = new AbortController().signal

/** Lets `steps` operations happen; the one after and all later ones never do, as in a process that was killed. */
function dying<T extends object>(target: T, life: { steps: number }, died: () => void): T {
  return new Proxy(target, {
    get(_, name) {
      const member = Reflect.get(target, name) as unknown
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (life.steps === 0) {
          died()
          return new Promise(() => undefined)
        }
        life.steps -= 1
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
}

async function run(chain: FakeChain, store: PendingStore) {
  const log = pino({ level: 'silent' })
  const metrics = createSenderMetrics(new Registry())
  const options = { ...senderDefaults, pollMs: 1, rebroadcastAfterMs: 1 }
  return openTransactionSender({ chain, account, store, clock: systemClock, log, metrics }, options)
}

/** Kills a run after `steps` operations on chain and store; tells whether it lived to the end instead. */
async function runAndDie(chain: FakeChain, store: PendingStore, steps: number): Promise<boolean> {
  const life = { steps }
  const death = Promise.withResolvers<'died'>()
  const die = (): void => death.resolve('died')
  const start = run(dying(chain, life, die), dying(store, life, die))
  const mining = setInterval(() => chain.mine(), 3)
  try {
    const settled = start.then((sender) => sender.send(request, forever)).then(() => 'settled' as const)
    return (await Promise.race([settled, death.promise])) === 'settled'
  } finally {
    clearInterval(mining)
  }
}

test('crash › at any step: the transaction is included exactly once and nothing is left behind', async () => {
  let survived = false
  let deaths = 0
  for (let steps = 0; !survived; steps += 1) {
    const chain = new FakeChain()
    const texts: TextStore = new MemoryLevel()
    const store = createPendingStore(texts, chain, account.address)
    survived = await runAndDie(chain, store, steps)
    // Whoever asks looks first whether what was asked for stands, as a claim does.
    const done = chain.included.length > 0 && (await store.load()).length === 0
    const sender = await run(chain, store)
    if (!done) {
      const again = sender.send(request, forever)
      const mining = setInterval(() => chain.mine(), 3)
      await again
      clearInterval(mining)
    }
    await until(async () => (await store.load()).length === 0)
    await sender.close()
    expect(
      chain.included.map((each) => each.to),
      `after ${steps} steps`,
    ).toEqual([to])
    deaths = steps
  }
  expect(deaths).toBeGreaterThan(8)
})
