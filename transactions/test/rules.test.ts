import { keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, test } from 'vitest'
import type { SendingOptions } from '../src/sender-context.ts'
import { FakeChain } from './support/fake-chain.ts'
import { type NoteDeps, NoteStore, openNoteSender } from './support/notes.ts'
import { until } from './support/until.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const self = account.address.toLowerCase()
const forever = new AbortController().signal
const note = `0x${'aa'.repeat(20)}` as const
const other = `0x${'bb'.repeat(20)}` as const

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function stage(deps: Partial<NoteDeps> = {}, options: Partial<SendingOptions> = {}) {
  const { chain = new FakeChain(), store = new NoteStore() } = deps
  const opened = await openNoteSender({ account, ...deps, chain, store }, options)
  closing.push(() => opened.sender.close())
  return { chain, store, ...opened }
}

const inPool = (chain: FakeChain, count: number) =>
  until(async () => (await chain.transactionCount('', 'pending')) === count)

describe('depth', () => {
  test('a confirmed transaction › is watched until it is deep enough, and remembered then', async () => {
    const { chain, store, sender } = await stage()
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    const { inclusion } = await sent
    expect(inclusion).toMatchObject({ blockNumber: 1n, timestamp: 1n, costWei: 21_000n })
    expect(sender.isPending('a')).toBe(false)
    for (let blocks = 0; blocks < 2; blocks += 1) chain.mine()
    const heads = chain.heads
    await until(() => chain.heads > heads + 2)
    expect(store.settled).toEqual(new Set())
    chain.mine()
    await until(() => store.settled.has('a'))
    expect(sender.unsettled()).toEqual([])
    expect((await sender.send({ key: 'a', note }, forever)).inclusion).toEqual(inclusion)
    expect(chain.included).toHaveLength(1)
  })

  test('confirmations of `finalized` › wait until the chain calls the block final, or for the depth where it does not say', async () => {
    const { chain, sender } = await stage({}, { confirmations: 'finalized', watchBlocks: 3 })
    let last: bigint | undefined = 0n
    chain.finalized = async () => last
    let confirmed = 0
    const first = sender.send({ key: 'a', note }, forever).then(() => confirmed++)
    await inPool(chain, 1)
    for (let blocks = 0; blocks < 9; blocks += 1) chain.mine()
    const heads = chain.heads
    await until(() => chain.heads > heads + 2)
    expect(confirmed).toBe(0)
    last = 1n
    await first
    last = undefined
    const second = sender.send({ key: 'b', note: other }, forever).then(() => confirmed++)
    await inPool(chain, 2)
    for (let blocks = 0; blocks < 3; blocks += 1) chain.mine()
    const before = chain.heads
    await until(() => chain.heads > before + 2)
    expect(confirmed).toBe(1)
    chain.mine()
    await second
  })

  test('a chain that tells what is final › a confirmed transaction is watched until it is that, however deep', async () => {
    const { chain, store, sender, events } = await stage()
    let last = 0n
    chain.finalized = async () => last
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await sent
    for (let blocks = 0; blocks < 20; blocks += 1) chain.mine()
    const heads = chain.heads
    await until(() => chain.heads > heads + 2)
    expect(store.settled).toEqual(new Set())
    chain.reorg(21)
    await inPool(chain, 1)
    expect(events).toContain('reorged')
    chain.mine()
    await until(() => chain.included.length === 1)
    for (let blocks = 0; blocks < 5; blocks += 1) chain.mine()
    last = 1_000_000n
    // It is asked with a new head.
    await until(() => {
      chain.mine()
      return store.settled.has('a')
    })
  })

  test('a reorg before it is confirmed › sends the same bytes again, which wait from then on', async () => {
    const { chain, sender, events } = await stage({}, { confirmations: 6 })
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    for (let blocks = 0; blocks < 4; blocks += 1) chain.mine()
    const heads = chain.heads
    await until(() => chain.heads > heads + 2)
    chain.reorg(4)
    await until(async () => chain.broadcasts.length === 2 && (await chain.transactionCount('', 'pending')) === 1)
    const again = chain.heads
    await until(() => chain.heads > again + 2)
    for (let blocks = 0; blocks < 6; blocks += 1) chain.mine()
    await sent
    expect(events).not.toContain('replaced')
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(1)
  })

  test('a reorg while it is watched › sends the same bytes again', async () => {
    const { chain, sender, events } = await stage()
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await sent
    chain.reorg(1)
    await inPool(chain, 1)
    expect(events).toContain('reorged')
    chain.mine()
    expect((await sender.send({ key: 'a', note }, forever)).inclusion.blockNumber).toBe(2n)
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(1)
  })

  test('after a restart › what was confirmed answers at once and is watched on', async () => {
    const first = await stage()
    const sent = first.sender.send({ key: 'a', note }, forever)
    await inPool(first.chain, 1)
    first.chain.mine()
    const { inclusion } = await sent
    await first.sender.close()
    const { chain, sender } = await stage(first)
    expect(await sender.send({ key: 'a', note }, forever)).toMatchObject({ inclusion })
    chain.reorg(1)
    await inPool(chain, 1)
    expect(chain.included).toEqual([])
  })

  test('what is gone again › is sent anew with a nonce of its own', async () => {
    let gone = false
    const { chain, sender } = await stage({ expired: () => gone })
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await sent
    gone = true
    const again = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 2)
    chain.mine()
    // Otherwise what was just included would be gone, too.
    gone = false
    await again
    expect(chain.included.map(({ nonce }) => nonce)).toEqual([0, 1])
  })
})

describe('a store that has written and fails all the same', () => {
  test('the next request of the key › sends what was written, so that no nonce is left out', async () => {
    const { chain, store, sender } = await stage()
    store.failing = true
    await expect(sender.send({ key: 'a', note }, forever)).rejects.toThrow('planted')
    store.failing = false
    const again = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await again
    expect(chain.included.map(({ hash }) => hash)).toEqual(store.writes.slice(0, 1))
  })
})

describe('others on the account', () => {
  test('one in the pool at our nonce › is displaced by one that does nothing, and ours gets the next', async () => {
    const { chain, store, sender, events } = await stage()
    const unstored: string[] = []
    chain.beforeBroadcast = async (raw) => {
      if (!store.writes.includes(keccak256(raw))) unstored.push(raw)
    }
    chain.intrude(0)
    const sent = sender.send({ key: 'a', note }, forever)
    await until(() => events.includes('cancelled'))
    chain.mine()
    // One block more than the confirmations: what took the nonce must not be taken back.
    chain.mine()
    await inPool(chain, 2)
    chain.mine()
    await sent
    expect(chain.included.map(({ nonce, to }) => [nonce, to])).toEqual([
      [0, self],
      [1, note],
    ])
    expect(events).toContain('nonce_taken')
    // What displaces is durable before it is sent, as all that is signed.
    expect(unstored).toEqual([])
  })

  test('one that blocks what would displace it › is displaced by a higher offer', async () => {
    const { chain, sender } = await stage()
    chain.beforeBroadcast = async () => {
      // The pool that has it takes ours, the other pool takes nothing of the account.
      const cancels = sender.unsettled()[0]?.attempts.at(-1)?.cancels
      if (cancels) chain.troubles.unshift({ kind: 'unclear', reason: 'address already reserved' })
    }
    chain.intrude(0, 4_000_000_000n)
    const sent = sender.send({ key: 'a', note }, forever)
    await until(() => chain.broadcasts.some(({ maxFeePerGas, to }) => to === note && maxFeePerGas === 6_000_000_000n))
    chain.mine()
    await sent
    expect(chain.included.map(({ nonce, to }) => [nonce, to])).toEqual([[0, note]])
  })

  test('one in a block at our nonce › counts when it is as deep as the confirmations, then ours is signed anew', async () => {
    const { chain, sender } = await stage({}, { confirmations: 2 })
    chain.troubles.push('lost')
    const sent = sender.send({ key: 'a', note }, forever)
    await until(() => sender.isPending('a'))
    chain.intrude(0)
    chain.mine()
    for (let depth = 1; depth < 3; depth += 1) {
      const { heads } = chain
      await until(() => chain.heads > heads + 2)
      expect(chain.broadcasts.filter(({ nonce }) => nonce > 0)).toEqual([])
      chain.mine()
    }
    await inPool(chain, 2)
    chain.mine()
    chain.mine()
    await sent
    expect(chain.included.map(({ nonce }) => nonce)).toEqual([0, 1])
  })
})

describe('refusals', () => {
  test('a node that refuses › is told to callers, of those behind as well, and asked on', async () => {
    const { chain, sender } = await stage()
    chain.refusal = { kind: 'refused', reason: 'insufficient funds' }
    const requests = [
      { key: 'a', note },
      { key: 'b', note: other },
    ] as const
    const told = await Promise.allSettled(requests.map((request) => sender.send(request, forever)))
    const fault = { code: 'TRANSACTION_REFUSED', reason: 'insufficient funds' }
    expect(told).toMatchObject([{ reason: { fault } }, { reason: { fault } }])
    chain.refusal = undefined
    const again = requests.map(async (request) => {
      // A look that was under way may still tell of the refusal.
      while (sender.isPending(request.key)) await sender.send(request, forever).catch(() => undefined)
    })
    await inPool(chain, 2)
    chain.mine()
    await Promise.all(again)
    expect(chain.included.map(({ to }) => to)).toEqual([note, other])
  })

  test('a chain that does not answer › is told to callers after a few looks, and asked on', async () => {
    const { chain, sender } = await stage()
    const told = sender.send({ key: 'a', note }, forever)
    // Otherwise it would be refused before anything is under way.
    await until(() => sender.isPending('a'))
    chain.away = true
    await expect(told).rejects.toMatchObject({ fault: { code: 'CHAIN_UNAVAILABLE' } })
    chain.away = false
    const again = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await again
  })

  test('a node that counts less than was sent › is behind, and nothing is signed', async () => {
    const { chain, store, sender } = await stage({}, { watchBlocks: 0 })
    const sent = sender.send({ key: 'a', note }, forever)
    await inPool(chain, 1)
    chain.mine()
    await sent
    await until(() => store.settled.has('a'))
    chain.behind(1)
    const before = store.writes.length
    await expect(sender.send({ key: 'b', note: other }, forever)).rejects.toMatchObject({
      fault: { code: 'CHAIN_BEHIND', counted: 0, sent: 1 },
    })
    expect(store.writes).toHaveLength(before)
    expect(await sender.find('a', forever)).toBeDefined()
  })

  test('a reorg deeper than anything is watched › frees the nonces, and what was taken back is sent anew', async () => {
    const { chain, store, sender } = await stage({}, { watchBlocks: 0 })
    for (const key of ['a', 'b']) {
      const sent = sender.send({ key, note }, forever)
      await inPool(chain, key === 'a' ? 1 : 2)
      chain.mine()
      await sent
      await until(() => store.settled.has(key))
    }
    chain.reorg(2)
    expect(await sender.find('a', forever)).toBeUndefined()
    const again = [
      sender.send({ key: 'c', note: other }, forever),
      sender.send({ key: 'a', note }, forever),
      sender.send({ key: 'b', note }, forever),
    ]
    await inPool(chain, 3)
    chain.mine()
    expect((await Promise.all(again)).map(({ sent }) => sent.nonce)).toEqual([0, 1, 2])
    expect(chain.included).toHaveLength(3)
  })
})
