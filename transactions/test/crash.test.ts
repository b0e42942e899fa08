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
import { dying } from './support/dying.ts'
import { FakeChain } from './support/fake-chain.ts'
import { NoteStore, openNoteSender } from './support/notes.ts'
import { until } from './support/until.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const to = '0x00000000000000000000000000000000000000aa'
const request = { key: 'only', call: { to, data: '0x01', value: 0n } } as const
const forever = new AbortController().signal

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

const note = `0x${'aa'.repeat(20)}` as const

/** Kills a run that another's transaction in the pool holds up, after `steps` operations; tells whether it lived to the end. */
async function displaceAndDie(chain: FakeChain, store: NoteStore, steps: number): Promise<boolean> {
  const life = { steps }
  const death = Promise.withResolvers<'died'>()
  const die = (): void => death.resolve('died')
  const start = openNoteSender({ account, chain: dying(chain, life, die), store: dying(store, life, die) })
  const settled = start.then(async ({ sender, events }) => {
    const sent = sender.send({ key: 'only', note }, forever)
    await until(() => events.includes('cancelled') || life.steps === 0)
    const mining = setInterval(() => chain.mine(), 3)
    await Promise.race([sent, death.promise]).finally(() => clearInterval(mining))
    await sender.close()
    return 'settled' as const
  })
  return (await Promise.race([settled, death.promise])) === 'settled'
}

test('crash › at any step of displacing another’s transaction: ours is included exactly once, whatever took its nonce', async () => {
  let survived = false
  let deaths = 0
  for (let steps = 0; !survived; steps += 1) {
    const chain = new FakeChain()
    const store = new NoteStore()
    chain.intrude(0)
    survived = await displaceAndDie(chain, store, steps)
    const { sender } = await openNoteSender({ account, chain, store })
    const mining = setInterval(() => chain.mine(), 3)
    await sender.send({ key: 'only', note }, forever)
    clearInterval(mining)
    await sender.close()
    expect(
      chain.included.filter(({ to }) => to === note),
      `after ${steps} steps`,
    ).toHaveLength(1)
    deaths = steps
  }
  expect(deaths).toBeGreaterThan(20)
})
