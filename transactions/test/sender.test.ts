import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, test } from 'vitest'
import { openTransactionSender } from '../src/call-sender.ts'
import { createPendingStore, type TextStore } from '../src/pending-store.ts'
import { createSenderMetrics } from '../src/sender-metrics.ts'
import { type SenderOptions, senderDefaults } from '../src/sender-options.ts'
import type { TransactionRequest, TransactionSender } from '../src/transaction-sender.ts'
import { FakeChain, genesis } from './support/fake-chain.ts'
import { until } from './support/until.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const forever = new AbortController().signal
const quick: SenderOptions = { ...senderDefaults, pollMs: 2, replaceAfterMs: 60_000, rebroadcastAfterMs: 5 }
const request = (key: string): TransactionRequest => ({
  key,
  call: { to: '0x00000000000000000000000000000000000000aa', data: '0x01', value: 0n },
})

const senders: TransactionSender[] = []
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()))
})

const stored = (store: TextStore) => createPendingStore(store, { chainId: 901, genesis }, account.address)

async function open(chain: FakeChain, options: Partial<SenderOptions> = {}, store: TextStore = new MemoryLevel()) {
  const sender = await openTransactionSender(
    {
      chain,
      account,
      store: stored(store),
      clock: systemClock,
      log: pino({ level: 'silent' }),
      metrics: createSenderMetrics(new Registry()),
    },
    { ...quick, ...options },
  )
  senders.push(sender)
  return sender
}

const mineWhenPooled = async (chain: FakeChain, broadcasts: number): Promise<void> => {
  await until(() => chain.broadcasts.length >= broadcasts)
  chain.mine()
}

describe('nonces', () => {
  test('nonces › a refused second send leaves its nonce to the third', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const first = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    await first
    chain.troubles.push({ kind: 'refused', reason: 'insufficient funds' })
    await expect(sender.send(request('2'), forever)).rejects.toMatchObject({ fault: { code: 'TRANSACTION_REFUSED' } })
    const third = sender.send(request('3'), forever)
    await mineWhenPooled(chain, 2)
    await third
    expect(chain.included.map(({ nonce }) => nonce)).toEqual([0, 1])
  })

  test('nonces › a second send that gets no answer is sent again and the third comes after it', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const first = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    await first
    chain.troubles.push('lost', 'lost')
    const second = sender.send(request('2'), forever)
    await until(() => sender.isPending('2'))
    const third = sender.send(request('3'), forever)
    await until(async () => (await chain.transactionCount('', 'pending')) === 3)
    chain.mine()
    const [two, three] = await Promise.all([second, third])
    expect(chain.included.map(({ hash }) => hash).slice(1)).toEqual([two.transactionHash, three.transactionHash])
  })

  test('nonces › a caller that gives up does not take its transaction back', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.troubles.push('lost')
    const giveUp = new AbortController()
    const first = sender.send(request('1'), giveUp.signal)
    await until(() => sender.isPending('1'))
    giveUp.abort(new Error('given up'))
    await expect(first).rejects.toThrow('given up')
    const second = sender.send(request('2'), forever)
    await until(async () => (await chain.transactionCount('', 'pending')) === 2)
    chain.mine()
    await second
    expect(chain.included).toHaveLength(2)
  })

  test('nonces › concurrent sends get consecutive nonces', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const all = Array.from({ length: 20 }, (_, i) => sender.send(request(`${i}`), forever))
    await mineWhenPooled(chain, 20)
    await Promise.all(all)
    expect(chain.included.map(({ nonce }) => nonce)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test('nonces › a transaction of another sender in the pool is gone around', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.intrude(0)
    const sent = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    expect((await sent).transactionHash).toBe(chain.included[1]?.hash)
  })

  test('nonces › a node behind its pool does not make two transactions of one nonce', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.troubles.push({ kind: 'nonceUsed' })
    const sent = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    await sent
    expect(chain.included).toHaveLength(1)
  })

  test('nonces › one always used by others is a fault that names it', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.troubles.push({ kind: 'nonceUsed' }, { kind: 'underpriced' }, { kind: 'nonceUsed' })
    await expect(sender.send(request('1'), forever)).rejects.toMatchObject({ fault: { code: 'NONCE_TAKEN', nonce: 0 } })
    expect(sender.isPending('1')).toBe(false)
  })

  test('nonces › fees that the node finds too low are asked for anew, and in the end a fault to retry', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.troubles.push({ kind: 'underpriced' }, { kind: 'underpriced' })
    const sent = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    await sent
    chain.troubles.push({ kind: 'underpriced' }, { kind: 'underpriced' }, { kind: 'underpriced' })
    await expect(sender.send(request('2'), forever)).rejects.toMatchObject({ meaning: { retry: 'later' } })
    expect(sender.isPending('2')).toBe(false)
  })

  test('nonces › one taken after the broadcast is a fault, and the next send goes on behind it', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { takenAfterMs: 0 })
    const first = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 0)
    chain.intrude(0)
    chain.mine()
    await expect(first).rejects.toMatchObject({ fault: { code: 'NONCE_TAKEN', nonce: 0 } })
    const second = sender.send(request('2'), forever)
    await until(() => chain.broadcasts.some(({ nonce }) => nonce === 1))
    chain.mine()
    await second
  })
})

describe('another in the pool', () => {
  test('at the nonce of a call that got lost › is displaced by a higher offer of the call', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { rebroadcastAfterMs: 60_000 })
    chain.troubles.push('lost')
    const sent = sender.send(request('1'), forever)
    await until(() => sender.isPending('1'))
    chain.intrude(0, 1_000_000n)
    await until(() => chain.pooled(0) === request('1').call.to)
    chain.mine()
    expect((await sent).transactionHash).toBe(chain.included[0]?.hash)
  })

  test('of which a node never tells by its hash › is ours, once it takes the same bytes again', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { rebroadcastAfterMs: 60_000 })
    chain.forgetful = Number.POSITIVE_INFINITY
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 2)
    chain.mine()
    await sent
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(1)
  })

  test('that a node does not tell of at one look › is no other', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { rebroadcastAfterMs: 60_000 })
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 0)
    chain.forgetful = 2
    await until(() => chain.forgetful === 0)
    const { heads } = chain
    await until(() => chain.heads > heads + 3)
    chain.mine()
    await sent
    expect(chain.broadcasts).toHaveLength(1)
  })
})

describe('replacement', () => {
  test('replacement › the oldest waiting transaction is replaced by at least a tenth more in both fees', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { replaceAfterMs: 20 })
    const sent = sender.send(request('1'), forever)
    await until(() => new Set(chain.broadcasts.map(({ hash }) => hash)).size >= 3)
    chain.mine()
    const receipt = await sent
    expect(chain.included.map(({ hash }) => hash)).toEqual([receipt.transactionHash])
    const distinct = [...new Map(chain.broadcasts.map((each) => [each.hash, each])).values()]
    for (const [i, next] of distinct.slice(1).entries()) {
      expect(next.maxFeePerGas * 10n).toBeGreaterThanOrEqual((distinct[i]?.maxFeePerGas ?? 0n) * 11n)
      expect(next.maxPriorityFeePerGas * 10n).toBeGreaterThanOrEqual((distinct[i]?.maxPriorityFeePerGas ?? 0n) * 11n)
    }
  })

  test('replacement › an earlier attempt that is included after all settles the send', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { replaceAfterMs: 10 })
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 0)
    const first = chain.broadcasts[0]
    // The replacements are lost on the way from now on, so the first attempt stays in the pool.
    chain.troubles.push(...Array.from({ length: 50 }, () => 'lost' as const))
    await until(() => chain.troubles.length < 45)
    chain.mine()
    expect((await sent).transactionHash).toBe(first?.hash)
  })

  test('replacement › the fee limit is never passed', async () => {
    const chain = new FakeChain()
    const maxFeePerGas = 2_300_000_000n
    const sender = await open(chain, { replaceAfterMs: 1, maxFeePerGas })
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 5)
    chain.mine()
    await sent
    expect(chain.broadcasts.every((each) => each.maxFeePerGas <= maxFeePerGas)).toBe(true)
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(2)
  })

  test('replacement › a base fee above the limit is refused before anything is signed', async () => {
    const chain = new FakeChain()
    chain.baseFee = 600_000_000_000n
    const sender = await open(chain)
    await expect(sender.send(request('1'), forever)).rejects.toMatchObject({ fault: { code: 'FEES_TOO_HIGH' } })
    expect(chain.broadcasts).toEqual([])
  })

  test('replacement › a transaction the node has forgotten is sent again', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 0)
    chain.forgetPool()
    await until(async () => (await chain.transactionCount('', 'pending')) === 1)
    chain.mine()
    await sent
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(1)
  })
})

describe('restart', () => {
  test('restart › every attempt is stored before it is broadcast', async () => {
    const chain = new FakeChain()
    const store: TextStore = new MemoryLevel()
    const counts: (number | undefined)[] = []
    chain.beforeBroadcast = async () => {
      counts.push((await stored(store).load())[0]?.attempts.length)
    }
    const sender = await open(chain, { replaceAfterMs: 10, rebroadcastAfterMs: 60_000 }, store)
    const sent = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 3)
    await sent
    expect(counts.slice(0, 3)).toEqual([1, 2, 3])
  })

  test('restart › a crash before the first broadcast sends the stored transaction', async () => {
    const chain = new FakeChain()
    const store: TextStore = new MemoryLevel()
    chain.troubles.push('lost')
    const before = await open(chain, { pollMs: 10_000 }, store)
    const lost = before.send(request('1'), forever)
    await until(() => before.isPending('1'))
    await before.close()
    await expect(lost).rejects.toMatchObject({ fault: { code: 'CHAIN_UNAVAILABLE' } })
    const after = await open(chain, {}, store)
    const again = after.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    expect((await again).transactionHash).toBe(chain.included[0]?.hash)
    expect(chain.included).toHaveLength(1)
  })

  test('restart › a crash between broadcast and receipt gives the receipt of the same transaction', async () => {
    const chain = new FakeChain()
    const store: TextStore = new MemoryLevel()
    const before = await open(chain, { pollMs: 10_000 }, store)
    before.send(request('1'), forever).catch(() => undefined)
    await until(() => chain.broadcasts.length > 0)
    await before.close()
    chain.mine()
    const after = await open(chain, {}, store)
    expect((await after.send(request('1'), forever)).transactionHash).toBe(chain.included[0]?.hash)
    expect(chain.included).toHaveLength(1)
    expect(await stored(store).load()).toEqual([])
  })

  test('restart › a stored transaction that cannot be read stops the sender', async () => {
    const store: TextStore = new MemoryLevel()
    await store.put(`transaction:901:${genesis}:${account.address.toLowerCase()}:0000000000000000`, '{"nonce":0}')
    await expect(open(new FakeChain(), {}, store)).rejects.toMatchObject({ fault: { code: 'RECORD_INVALID' } })
  })
})

describe('receipts', () => {
  test('receipts › one counts only after its confirmations', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { confirmations: 3 })
    let settled = false
    const sent = sender.send(request('1'), forever).then(() => {
      settled = true
    })
    await mineWhenPooled(chain, 1)
    chain.mine()
    const looks = chain.receiptLooks
    await until(() => chain.receiptLooks > looks + 3)
    expect(settled).toBe(false)
    chain.mine()
    await sent
  })

  test('receipts › a reorg before the last confirmation sends the same transaction again', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { confirmations: 2 })
    const sent = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    chain.reorg(1)
    await until(async () => (await chain.transactionCount('', 'pending')) === 1)
    chain.mine()
    chain.mine()
    await sent
    expect(new Set(chain.broadcasts.map(({ hash }) => hash)).size).toBe(1)
  })

  test('receipts › a deep reorg that takes a settled transaction back leaves nothing stuck behind it', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { replaceAfterMs: 20 })
    const first = sender.send(request('1'), forever)
    await mineWhenPooled(chain, 1)
    await first
    const second = sender.send(request('2'), forever)
    await until(() => chain.broadcasts.length > 1)
    chain.reorg(1)
    await until(async () => (await chain.transactionCount('', 'pending')) === 2)
    chain.mine()
    await second
    expect(chain.included[0]?.to).toBe(account.address.toLowerCase())
  })

  test('receipts › a transaction that fails tells hash and reason', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const sent = sender.send(request('1'), forever)
    await until(() => chain.broadcasts.length > 0)
    chain.failing.add(chain.broadcasts[0]?.hash ?? '')
    chain.mine()
    await expect(sent).rejects.toMatchObject({ fault: { code: 'TRANSACTION_FAILED', reason: 'Planted()' } })
  })

  test('receipts › a stored transaction refused for good gives its nonce up without leaving a gap', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    chain.troubles.push('lost', { kind: 'refused', reason: 'exceeds block gas limit' })
    const sent = sender.send(request('1'), forever)
    await until(async () => (await chain.transactionCount('', 'pending')) === 1)
    chain.mine()
    await expect(sent).rejects.toMatchObject({ fault: { code: 'TRANSACTION_REFUSED' } })
    expect(chain.included[0]?.to).toBe(account.address.toLowerCase())
  })
})

describe('limits', () => {
  test('limits › two sends of one key are one transaction', async () => {
    const chain = new FakeChain()
    const sender = await open(chain)
    const both = [sender.send(request('1'), forever), sender.send(request('1'), forever)]
    await mineWhenPooled(chain, 1)
    const [a, b] = await Promise.all(both)
    expect(a?.transactionHash).toBe(b?.transactionHash)
    expect(chain.included).toHaveLength(1)
  })

  test('limits › no more than maxPending are on their way, and no more than maxWaiting wait', async () => {
    const chain = new FakeChain()
    const sender = await open(chain, { maxPending: 2, maxWaiting: 1 })
    const first = [sender.send(request('1'), forever), sender.send(request('2'), forever)]
    await until(() => chain.broadcasts.length === 2)
    const third = sender.send(request('3'), forever)
    await expect(sender.send(request('4'), forever)).rejects.toMatchObject({
      fault: { code: 'SENDER_FULL', waiting: 1, limit: 1 },
    })
    expect(chain.broadcasts).toHaveLength(2)
    chain.mine()
    await Promise.all(first)
    await until(() => sender.isPending('3') && chain.broadcasts.some(({ nonce }) => nonce === 2))
    chain.mine()
    await third
  })

  test.each([
    ['confirmations', { confirmations: 0 }],
    ['pollMs', { pollMs: 0.5 }],
    ['maxPending', { maxPending: 0 }],
    ['maxFeePerGas', { maxFeePerGas: 0n }],
  ])('limits › %s outside its bounds is refused', async (field, options) => {
    await expect(open(new FakeChain(), options)).rejects.toMatchObject({ fault: { code: 'OPTION_INVALID', field } })
  })
})
