import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import type { TransactionSerializable } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKzg, type EthereumBlobsOptions, type Kzg } from '../src/index.ts'
import { type BlobPoolProxy, type PooledTransaction, refusalOf, type TakenTransaction } from '../src/testing/index.ts'
import { type Anvil, richAccount, startAnvil } from './support/anvil.ts'
import { minedBlobTransactions } from './support/blob-chain.ts'
import { type BlobStage, onBlobStage, warmUp } from './support/blob-stage.ts'
import { openBlobsDa } from './support/blobs-harness.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'
import { until } from './support/until.ts'

const patience = () => AbortSignal.timeout(340_000)
const gwei = 1_000_000_000n
/** Publications that share a blob's computation with no other. */
const bytesOf = (n: number) => Uint8Array.of(n, 1, 2, 3)
const data = bytesOf(1)

let kzg: Kzg
let chain: Anvil
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  chain = await startAnvil('--no-mining')
  await warmUp({ kzg, anvil: chain }, [data])
})
afterAll(async () => {
  await kzg?.close()
  await chain?.stop()
})

type PoolStage = BlobStage & { readonly pool: BlobPoolProxy }

/** The stage with geth's pool before the chain. */
const onPoolStage = (use: (stage: PoolStage) => Promise<void>) =>
  onBlobStage(
    { kzg, anvil: chain },
    async (stage) => {
      if (stage.pool === undefined) throw new TypeError('the stage has no pool')
      await use({ ...stage, pool: stage.pool })
    },
    { gethPool: true },
  )

const taken = ({ pool }: PoolStage, count: number) =>
  until(`${count} transactions were taken`, async () => pool.taken.length >= count)
const noncesOf = (some: readonly { readonly nonce: number | string }[]) => some.map(({ nonce }) => Number(nonce))
const minedNonces = async ({ anvil }: BlobStage) => noncesOf(await minedBlobTransactions(anvil))

async function mineUntilDone(stage: PoolStage, submitted: Promise<unknown>): Promise<void> {
  let done = false
  const ending = submitted.finally(() => {
    done = true
  })
  ending.catch(() => undefined)
  await until('everything is published', async () => {
    if (!done) await stage.anvil.mine()
    return done
  })
  await ending
}

describe('geth’s pool', () => {
  const offer = (nonce: number, wei: bigint, more: Partial<PooledTransaction> = {}): PooledTransaction => ({
    hash: `0x${nonce}${wei}`,
    from: richAccount.address,
    nonce,
    carriesBlobs: true,
    maxFeePerGas: wei,
    maxPriorityFeePerGas: wei,
    maxFeePerBlobGas: wei,
    raw: '0x',
    ...more,
  })
  const pool = (...some: PooledTransaction[]) => ({ mined: 3, pooled: new Map(some.map((one) => [one.nonce, one])) })
  const plain = { carriesBlobs: false, maxFeePerBlobGas: 0n }

  test.each([
    ['the next nonce', offer(3, 10n), pool(), undefined],
    ['a nonce that was mined', offer(2, 10n), pool(), 'nonce too low: next nonce 3, tx nonce 2'],
    ['one behind a gap', offer(5, 10n), pool(offer(3, 10n)), 'nonce too high: tx nonce 5, gapped nonce 4'],
    ['twice as much in all three', offer(3, 20n), pool(offer(3, 10n)), undefined],
    ['less than twice as much of one', offer(3, 20n, { maxFeePerBlobGas: 19n }), pool(offer(3, 10n)), /underpriced/],
    ['blobs beside a plain one', offer(3, 90n), pool(offer(3, 1n, plain)), 'address already reserved'],
    ['a plain one beside blobs', offer(3, 90n, plain), pool(offer(3, 1n)), 'address already reserved'],
    ['a plain one, a tenth higher', offer(3, 11n, plain), pool(offer(3, 10n, plain)), undefined],
    ['the same again', offer(3, 10n), pool(offer(3, 10n)), 'already known'],
    [
      'a seventeenth',
      offer(19, 10n),
      pool(...Array.from({ length: 16 }, (_, i) => offer(3 + i, 10n))),
      'account limit exceeded: pooled 16 txs',
    ],
  ] as const)('%s › is taken or refused as geth does', (_what, one, of, words) => {
    const refusal = refusalOf(one, of)
    if (words instanceof RegExp) expect(refusal).toMatch(words)
    else expect(refusal).toBe(words)
  })
})

describe('fees', () => {
  test('max with market', async () => {
    await onPoolStage(async (stage) => {
      const { anvil, open, pool } = stage
      const da = await open({ bumpAfterBlocks: 1 })
      const submitted = da.submit(data, {}, patience())
      await taken(stage, 1)
      await pool.setBlobBaseFee(100n * gwei)
      await anvil.mine()
      await taken(stage, 2)
      const [first, second] = pool.taken as readonly [TakenTransaction, TakenTransaction]
      expect(second.maxFeePerBlobGas).toBe(200n * gwei)
      expect(second.maxFeePerGas >= 2n * first.maxFeePerGas).toBe(true)
      await mineUntilDone(stage, submitted)
      expect(pool.refusals).toEqual([])
      expect(await minedNonces(stage)).toEqual([0])
    })
  })

  test('only the lowest nonce', async () => {
    await onPoolStage(async (stage) => {
      const { anvil, open, pool, looks } = stage
      const da = await open({ bumpAfterBlocks: 1 })
      const submitted = Promise.all([1, 2, 3].map((n) => da.submit(bytesOf(n), {}, patience())))
      await taken(stage, 3)
      await pool.setBlobBaseFee(100n * gwei)
      await anvil.mine()
      await taken(stage, 4)
      await looks(3)
      expect(noncesOf(pool.taken)).toEqual([0, 1, 2, 0])
      await mineUntilDone(stage, submitted)
      expect((await minedNonces(stage)).sort()).toEqual([0, 1, 2])
      // None was replaced twice: each went straight to what the market asks.
      expect(noncesOf(pool.taken).sort()).toEqual([0, 0, 1, 1, 2, 2])
    })
  })

  test('market above the cap › is DA_FEE_CAPPED with field and limit, and the same bytes are published once it falls', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool } = stage
      const da = await open({ bumpAfterBlocks: 1, fees: { maxFeePerBlobGas: 50n * gwei } })
      const given = da.submit(data, {}, patience())
      await taken(stage, 1)
      await pool.setBlobBaseFee(100n * gwei)
      const fault = await faultOf(mineUntilDone(stage, given))
      expect(fault).toMatchObject({ code: 'DA_FEE_CAPPED', field: 'maxFeePerBlobGas', limit: 50n * gwei })
      // It waits at the cap, where the market may come down to it.
      expect(pool.taken.at(-1)?.maxFeePerBlobGas).toBe(50n * gwei)
      expect(pool.taken).toHaveLength(2)
      await pool.setBlobBaseFee(1n)
      await mineUntilDone(stage, da.submit(data, {}, patience()))
      expect(await minedNonces(stage)).toEqual([0])
    })
  })

  test('tip from blob transactions', async () => {
    await onPoolStage(async (stage) => {
      const { anvil, open, pool } = stage
      const generous = await open({ fees: { minPriorityFeePerGas: 7n * gwei } })
      const before = generous.submit(bytesOf(2), {}, patience())
      await taken(stage, 1)
      await mineUntilDone(stage, before)
      await generous.close()
      const da = await open()
      const quote = await da.quote(data.length, patience())
      const submitted = da.submit(data, {}, patience())
      await taken(stage, 2)
      expect(pool.taken[1]?.maxPriorityFeePerGas).toBe(7n * gwei)
      await anvil.mine()
      expect((await submitted).cost.amount).toBeLessThanOrEqual(quote.cost.amount)
    })
  })
})

describe('nonces', () => {
  test('lowest first', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool } = stage
      const before = await open()
      const given = [1, 2, 3].map((n) => faultOf(before.submit(bytesOf(n), {}, patience())))
      await taken(stage, 3)
      await before.close()
      await Promise.all(given)
      await pool.drop()
      const after = await open()
      await taken(stage, 6)
      expect(noncesOf(pool.taken)).toEqual([0, 1, 2, 0, 1, 2])
      expect(pool.refusals).toEqual([])
      await mineUntilDone(stage, Promise.all([1, 2, 3].map((n) => after.submit(bytesOf(n), {}, patience()))))
      expect(await minedNonces(stage)).toEqual([0, 1, 2])
    })
  })

  test('holds at sixteen', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, looks } = stage
      const da = await open({ maxPending: 18 })
      const submitted = Promise.all(Array.from({ length: 18 }, (_, n) => da.submit(bytesOf(n), {}, patience())))
      await until('the pool is full', async () => pool.refusals.length > 0)
      await looks(3)
      expect(noncesOf(pool.taken)).toEqual(Array.from({ length: 16 }, (_, n) => n))
      expect(new Set(pool.refusals)).toEqual(new Set(['account limit exceeded: pooled 16 txs']))
      // Nobody was told of a fault: it is no error.
      await mineUntilDone(stage, submitted)
      expect(await minedNonces(stage)).toEqual(Array.from({ length: 18 }, (_, n) => n))
    })
  })

  test('foreign plain transaction at ours › is displaced by a plain one, once, and ours takes the next', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, mineWithout } = stage
      await sendForeign(pool)
      const da = await open({ bumpAfterBlocks: 2 })
      const submitted = da.submit(data, {}, patience())
      await taken(stage, 2)
      await mineWithout(4)
      expect(pool.taken.slice(0, 2).map(({ carriesBlobs }) => carriesBlobs)).toEqual([false, false])
      await mineUntilDone(stage, submitted)
      expect(await minedNonces(stage)).toEqual([1])
    })
  })

  test('foreign blobs at ours, offered high › are not bid up: they are mined, and ours takes the next', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, looks } = stage
      const foreign = await openForeign(stage, { fees: { minPriorityFeePerGas: 100n * gwei } })
      const theirs = foreign.submit(bytesOf(2), {}, patience())
      await taken(stage, 1)
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await until('the pool has refused ours', async () => pool.refusals.some((one) => one.includes('underpriced')))
      const refused = pool.refusals.length
      await looks(6)
      // Once more only after as many blocks as a raise waits for, and there was none.
      expect(pool.refusals.length).toBeLessThanOrEqual(refused + 1)
      expect(pool.taken).toHaveLength(1)
      await mineUntilDone(stage, Promise.all([theirs, submitted]))
      expect(await minedNonces(stage)).toEqual([0, 1])
      await foreign.close()
    })
  })

  test('foreign blobs at ours, offered as we do › are displaced by a higher offer', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool } = stage
      const foreign = await openForeign(stage)
      const given = faultOf(foreign.submit(bytesOf(2), {}, patience()))
      await taken(stage, 1)
      await foreign.close()
      await given
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await taken(stage, 2)
      expect(pool.refusals).toEqual(['address already reserved'])
      await mineUntilDone(stage, submitted)
      expect((await minedBlobTransactions(stage.anvil)).map(({ hash }) => hash)).toEqual([pool.taken[1]?.hash])
    })
  })

  /** Somebody else with our key and a store of their own. */
  const openForeign = ({ anvil, pool }: PoolStage, options: Partial<EthereumBlobsOptions> = {}) =>
    openBlobsDa(
      { anvil, kzg, store: new MemoryLevel<string, string>(), registry: new Registry() },
      { rpcUrls: [pool.url], beaconUrls: [anvil.url], ...options },
    )

  async function sendForeign(pool: BlobPoolProxy): Promise<void> {
    const raw = await richAccount.signTransaction({
      type: 'eip1559',
      chainId: 31_337,
      nonce: 0,
      to: richAccount.address,
      gas: 21_000n,
      maxFeePerGas: 2n * gwei,
      maxPriorityFeePerGas: gwei / 10n,
    })
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] })
    const answer = await fetch(pool.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(await answer.json()).toHaveProperty('result')
  }
})

describe('signer', () => {
  test('blobs stay out of the signer', async () => {
    const asked: TransactionSerializable[] = []
    const key = privateKeyToAccount(generatePrivateKey())
    const account = {
      address: key.address,
      signTransaction: (transaction: TransactionSerializable) => {
        asked.push(transaction)
        return key.signTransaction(transaction)
      },
    }
    await onPoolStage(async (stage) => {
      await stage.anvil.rpc('anvil_setBalance', key.address, `0x${(10n ** 18n).toString(16)}`)
      const da = await stage.open({}, account)
      const submitted = da.submit(data, {}, patience())
      await taken(stage, 1)
      await mineUntilDone(stage, submitted)
    })
    expect(asked).toHaveLength(1)
    expect(Object.keys(asked[0] ?? {})).not.toContain('sidecars')
    expect(
      JSON.stringify(asked[0], (_, value) => (typeof value === 'bigint' ? `${value}` : value)).length,
    ).toBeLessThan(1_000)
  })
})

describe('limits', () => {
  test('six whatever the schedule says', async () => {
    await onPoolStage(async ({ open }) => {
      const da = await open({ maxBlobs: 6 })
      expect(da.limits().maxBytes).toBe(780_252)
      await expect(open({ maxBlobs: 7 })).rejects.toThrow('allowed are 1 to 6')
    })
  })
})

describe('status', () => {
  test('bounded', async () => {
    await onPoolStage(async ({ anvil, open, calls }) => {
      const da = await open({ scanBlocks: 20 })
      await anvil.mine(200)
      const pointer = new Uint8Array(17 + 32).fill(7)
      pointer.set([1, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 100, 1])
      const before = calls('eth_getBlockByNumber')
      expect(await da.status(pointer, patience())).toBe('lost')
      expect(calls('eth_getBlockByNumber') - before).toBeLessThanOrEqual(1 + 1 + 20 + 64)
    })
  })
})

describe('close', () => {
  test('at every await', async () => {
    for (let requests = 0; requests < 12; requests += 3)
      await onPoolStage(async (stage) => {
        const { open, proxy } = stage
        const before = await open()
        const asked = proxy.requests.length
        const given = faultOf(before.submit(data, {}, patience()))
        await until('so many requests were made', async () => proxy.requests.length >= asked + requests)
        await before.close()
        expect(await given, `after ${requests}`).toMatchObject({ code: 'DA_UNAVAILABLE' })
        const after = await open()
        await mineUntilDone(stage, after.submit(data, {}, patience()))
        expect(await minedNonces(stage), `after ${requests}`).toEqual([0])
      })
  })
})
