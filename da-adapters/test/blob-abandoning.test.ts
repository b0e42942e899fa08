import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKzg, type Kzg } from '../src/index.ts'
import { sha256 } from '../src/sha256.ts'
import type { BlobPoolProxy } from '../src/testing/index.ts'
import { type Anvil, richAccount, startAnvil } from './support/anvil.ts'
import { minedBlobTransactions } from './support/blob-chain.ts'
import { type BlobStage, onBlobStage, warmUp } from './support/blob-stage.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'
import { until } from './support/until.ts'

const patience = () => AbortSignal.timeout(340_000)
const gwei = 1_000_000_000n
const data = Uint8Array.of(1, 1, 2, 3)
const digest = sha256(data)

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

/** Mines until a promise is settled, and gives what it settled to. */
async function mining<T>({ anvil }: BlobStage, promise: Promise<T>): Promise<T> {
  let done = false
  const ending = promise.finally(() => {
    done = true
  })
  ending.catch(() => undefined)
  await until('it is settled', async () => {
    if (!done) await anvil.mine()
    return done
  })
  return ending
}

const hashesOf = async ({ anvil }: BlobStage) => (await minedBlobTransactions(anvil)).map(({ hash }) => hash)

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

describe('abandon', () => {
  test('what the blob pool has › gives way to an empty blob, and is never sent again', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, looks, anvil } = stage
      const da = await open({ confirmations: 2 })
      const given = faultOf(da.submit(data, {}, patience()))
      await taken(stage, 1)
      const abandoned = da.abandon(digest, patience())
      await taken(stage, 2)
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE' })
      expect(await faultOf(da.submit(data, {}, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      const { receipt, overhead } = await mining(stage, abandoned)
      expect(receipt).toBeUndefined()
      expect(overhead.token).toBe('eth')
      expect(overhead.amount).toBeGreaterThan(21_000n * gwei)
      const [publication, cancel] = pool.taken
      expect(pool.taken).toHaveLength(2)
      expect([publication, cancel].map((one) => [one?.nonce, one?.carriesBlobs])).toEqual([
        [0, true],
        [0, true],
      ])
      expect(cancel?.maxFeePerBlobGas).toBeGreaterThanOrEqual(2n * (publication?.maxFeePerBlobGas ?? 0n))
      expect(await hashesOf(stage)).toEqual([cancel?.hash])
      await da.close()
      const again = await open({ confirmations: 2 })
      await anvil.mine(3)
      expect(await again.abandon(digest, patience())).toEqual({ overhead: { token: 'eth', amount: 0n } })
      expect(pool.taken).toHaveLength(2)
      const submitted = again.submit(data, {}, patience())
      await taken(stage, 3)
      const { pointer } = await mining(stage, submitted)
      expect(await again.retrieve(pointer, patience())).toEqual(data)
      expect(pool.taken.map(({ nonce }) => nonce)).toEqual([0, 0, 1])
      await looks(1)
    })
  })

  test('a plain transaction at its nonce › gives way to a plain one', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, looks } = stage
      await sendForeign(pool)
      const da = await open({ confirmations: 1 })
      const given = faultOf(da.submit(data, {}, patience()))
      // One head is asked for its offer, the next once it is stored.
      await looks(2)
      const abandoned = da.abandon(digest, patience())
      await taken(stage, 2)
      const { receipt, overhead } = await mining(stage, abandoned)
      expect(overhead.amount).toBeGreaterThan(0n)
      expect(pool.refusals).toEqual(['address already reserved'])
      expect(receipt).toBeUndefined()
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE' })
      expect(await hashesOf(stage)).toEqual([])
      expect(pool.taken.every(({ carriesBlobs }) => !carriesBlobs)).toBe(true)
    })
  })

  test('what is mined meanwhile › is its receipt', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, anvil } = stage
      const da = await open({ confirmations: 3 })
      const given = faultOf(da.submit(data, {}, patience()))
      await taken(stage, 1)
      await anvil.mine()
      const { receipt, overhead } = await mining(stage, da.abandon(digest, patience()))
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE' })
      expect(overhead.amount).toBe(0n)
      expect(await da.retrieve(receipt?.pointer ?? new Uint8Array(0), patience())).toEqual(data)
      expect(await hashesOf(stage)).toEqual([pool.taken[0]?.hash])
      expect((await da.submit(data, {}, patience())).pointer).toEqual(receipt?.pointer)
    })
  })

  test('a restart in between › ends it once', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool } = stage
      const before = await open({ confirmations: 2 })
      const given = faultOf(before.submit(data, {}, patience()))
      await taken(stage, 1)
      const cut = faultOf(before.abandon(digest, patience()))
      await taken(stage, 2)
      await before.close()
      await Promise.all([given, cut])
      const after = await open({ confirmations: 2 })
      expect(await faultOf(after.submit(data, {}, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      const { receipt } = await mining(stage, after.abandon(digest, patience()))
      expect(receipt).toBeUndefined()
      expect(pool.taken).toHaveLength(2)
      expect(await hashesOf(stage)).toEqual([pool.taken[1]?.hash])
    })
  })

  test('a market above the limits › is followed further than for a publication, so that the end does not starve', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, anvil } = stage
      const fees = { maxFeePerBlobGas: 10n * gwei }
      const da = await open({ confirmations: 1, bumpAfterBlocks: 1, fees })
      await pool.setBlobBaseFee(6n * gwei)
      const given = faultOf(da.submit(data, {}, patience()))
      await taken(stage, 1)
      await pool.setBlobBaseFee(15n * gwei)
      await anvil.mine(2)
      expect(await given).toMatchObject({ code: 'DA_FEE_CAPPED', field: 'maxFeePerBlobGas' })
      const { receipt } = await mining(stage, da.abandon(digest, patience()))
      expect(receipt).toBeUndefined()
      expect(pool.taken[1]?.maxFeePerBlobGas).toBeGreaterThanOrEqual(20n * gwei)
      await pool.setBlobBaseFee(1n)
    })
  })

  test('a reorg that takes back what used its nonce up › has that sent again, so that no gap is left', async () => {
    await onPoolStage(async (stage) => {
      const { open, pool, anvil } = stage
      const da = await open({ confirmations: 1 })
      const given = faultOf(da.submit(data, {}, patience()))
      await taken(stage, 1)
      const abandoned = da.abandon(digest, patience())
      await taken(stage, 2)
      expect((await mining(stage, abandoned)).receipt).toBeUndefined()
      await given
      const cancel = pool.taken.at(-1)
      // The pool notices what was mined when it is asked or told something.
      await pool.setBlobBaseFee(1n)
      const mined = await anvil.rpc<{ blockNumber: string }>('eth_getTransactionByHash', cancel?.hash)
      const head = Number(await anvil.rpc('eth_blockNumber'))
      await anvil.rpc('anvil_reorg', head - Number(mined.blockNumber) + 1, [])
      await taken(stage, 3)
      expect(pool.taken.at(-1)?.hash).toBe(cancel?.hash)
      const submitted = da.submit(data, {}, patience())
      await mining(stage, submitted)
      expect(await hashesOf(stage)).toEqual([cancel?.hash, pool.taken.at(-1)?.hash])
    })
  })
})
