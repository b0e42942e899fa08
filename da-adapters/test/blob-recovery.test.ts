import { join } from 'node:path'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPublicationStore } from '../src/ethereum-blobs/publication-store.ts'
import { createEthereumBlobsDa, createKzg, type Kzg } from '../src/index.ts'
import { type Anvil, richAccount, startAnvil } from './support/anvil.ts'
import { minedBlobTransactions } from './support/blob-chain.ts'
import { onBlobStage, warmUp } from './support/blob-stage.ts'
import { openBlobsDa, quickOptions } from './support/blobs-harness.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { scratchDirectory } from './support/scratch.ts'
import { silentLog } from './support/silent-log.ts'
import { until } from './support/until.ts'

const patience = () => AbortSignal.timeout(340_000)
const data = Uint8Array.from({ length: 1_000 }, (_, i) => i & 0xff)
const otherData = data.slice(1)
const gwei = 1_000_000_000n

let kzg: Kzg
let chain: Anvil
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  chain = await startAnvil('--no-mining')
  await warmUp({ kzg, anvil: chain }, [data, otherData])
})
afterAll(async () => {
  await kzg?.close()
  await chain?.stop()
})

describe('reorg', () => {
  test('before the confirmations › the publication is sent again and its pointer names the later block', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, mineWithout }) => {
      const da = await open({ confirmations: 2 })
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      await looks(2)
      await anvil.rpc('anvil_rollback', 1)
      await anvil.rpc('anvil_dropAllTransactions')
      await mineWithout(3)
      await inPool()
      await anvil.mine(2)
      const { height, pointer } = await submitted
      expect(height).toBe(4n)
      expect(Buffer.compare(await da.retrieve(pointer, patience()), data)).toBe(0)
      expect(await minedBlobTransactions(anvil)).toHaveLength(1)
    })
  })

  test('after the confirmations › the publication is sent again and old pointers still find it', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, registry, mineWithout }) => {
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      const { pointer } = await submitted
      await anvil.rpc('anvil_rollback', 1)
      await anvil.rpc('anvil_dropAllTransactions')
      await inPool()
      await mineWithout(1)
      await anvil.mine()
      await until('it is confirmed again', async () =>
        (await registry.metrics()).includes('parley_da_blob_transactions_total{event="confirmed"} 2'),
      )
      expect(await registry.metrics()).toContain('parley_da_blob_transactions_total{event="reorged"} 1')
      expect(Buffer.compare(await da.retrieve(pointer, patience()), data)).toBe(0)
      const again = await da.submit(data, {}, patience())
      expect(again.height).toBe(2n)
      expect(await minedBlobTransactions(anvil)).toHaveLength(1)
    })
  })
})

describe('nonces', () => {
  test('foreign sender › a nonce taken by another transaction is replaced, nothing is published twice', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, proxy, calls }) => {
      const da = await open()
      proxy.meddle(({ body }) => (body.includes('eth_sendRawTransaction') ? 'cut' : 'pass'))
      const submitted = da.submit(data, {}, patience())
      await until('the transaction was tried', async () => calls('eth_sendRawTransaction') > 0)
      const foreign = await richAccount.signTransaction({
        chainId: 31_337,
        nonce: 0,
        to: richAccount.address,
        gas: 21_000n,
        maxFeePerGas: 100n * gwei,
        type: 'eip1559',
      })
      await anvil.rpc('eth_sendRawTransaction', foreign)
      await anvil.mine(2)
      proxy.heal()
      await until('it is mined', async () => {
        await anvil.mine()
        return (await minedBlobTransactions(anvil)).length > 0
      })
      await submitted
      expect((await minedBlobTransactions(anvil)).map(({ nonce }) => Number(nonce))).toEqual([1])
    })
  })

  /** As geth's pools: an account with a plain transaction waiting sends no blobs, and the other way round. */
  const foreignPlain = (nonce: number) =>
    richAccount.signTransaction({
      chainId: 31_337,
      nonce,
      to: richAccount.address,
      gas: 21_000n,
      maxFeePerGas: 2n * gwei,
      maxPriorityFeePerGas: gwei,
      type: 'eip1559',
    })
  const refusal = (body: Buffer) => ({
    swallow: {
      status: 200,
      type: 'application/json',
      body: Buffer.from(
        `{"jsonrpc":"2.0","id":${/"id":(\d+)/.exec(`${body}`)?.[1]},"error":{"code":-32000,"message":"address already reserved"}}`,
      ),
    },
  })

  test('a foreign plain transaction in the pool at our nonce › is displaced by one that does nothing', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, proxy, registry }) => {
      await anvil.rpc('eth_sendRawTransaction', await foreignPlain(0))
      // Our nonce is counted from the blocks, where it is not yet; the pool takes no blobs beside it.
      proxy.meddle(({ body }) => (body.includes('"0x03') ? refusal(body) : 'pass'))
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await until('it is displaced', async () =>
        (await registry.metrics()).includes('parley_da_blob_transactions_total{event="cancelled"} 1'),
      )
      await anvil.mine(2)
      proxy.heal()
      await until('the publication is mined at the next nonce', async () => {
        await anvil.mine()
        return (await minedBlobTransactions(anvil)).length > 0
      })
      await submitted
      expect((await minedBlobTransactions(anvil)).map(({ nonce }) => Number(nonce))).toEqual([1])
    })
  })

  test('a transaction that a node of a pool does not know at one look › is no foreign one', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, proxy, calls, registry }) => {
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await inPool()
      let unknown = 2
      proxy.meddle(({ body }) =>
        body.includes('eth_getTransactionByHash') && unknown-- > 0
          ? {
              answer: (real) => ({
                ...real,
                body: Buffer.from(`${real.body}`.replace(/"result":.*}$/s, '"result":null}')),
              }),
            }
          : 'pass',
      )
      await looks(5)
      expect(unknown).toBeLessThan(0)
      expect(await registry.metrics()).not.toContain('event="cancelled"')
      await anvil.mine()
      await submitted
      expect(calls('eth_sendRawTransaction')).toBe(1)
    })
  })

  test('several at once › are sent in the order of their nonces, without gaps', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open()
      const submitted = Promise.all([da.submit(data, {}, patience()), da.submit(otherData, {}, patience())])
      expect(Object.keys(await inPool(2))).toEqual(['0', '1'])
      await anvil.mine()
      const [first, second] = await submitted
      expect(first.height).toBe(second.height)
      expect(Buffer.compare(await da.retrieve(first.pointer, patience()), data)).toBe(0)
      expect(Buffer.compare(await da.retrieve(second.pointer, patience()), otherData)).toBe(0)
    })
  })

  test('store › of another chain is DA_REFUSED', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ store, registry, anvil, open, inPool }) => {
      const submitted = (await open()).submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      await submitted
      await using other = await startAnvil('--no-mining')
      const da = await createEthereumBlobsDa(
        { log: silentLog, clock: systemClock, registry, kzg, writer: { account: richAccount, store } },
        { rpcUrls: [other.url], beaconUrls: [other.url], ...quickOptions },
      )
      try {
        expect(await faultOf(da.submit(otherData, {}, patience()))).toMatchObject({ code: 'DA_REFUSED' })
      } finally {
        await da.close()
      }
    })
  })
})

describe('outage', () => {
  test('L1 away › callers are told after a few looks, and the publication goes on when it is back', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, proxy }) => {
      const da = await open()
      const given = faultOf(da.submit(data, {}, patience()))
      await inPool()
      proxy.meddle(() => 'cut')
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE' })
      await anvil.mine()
      proxy.heal()
      await da.submit(data, {}, patience())
      expect(await minedBlobTransactions(anvil)).toHaveLength(1)
    })
  })

  test('time › a publication not confirmed in time is DA_UNAVAILABLE and still under way', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open({ confirmTimeoutMs: 200 })
      expect(await faultOf(da.submit(data, {}, patience()))).toMatchObject({
        code: 'DA_UNAVAILABLE',
        reason: expect.stringContaining('200 ms'),
      })
      await inPool()
      await anvil.mine()
      await until('it is found confirmed', () => da.submit(data, {}, patience()).catch(() => undefined))
      expect(await minedBlobTransactions(anvil)).toHaveLength(1)
    })
  })

  test('close › calls under way are DA_UNAVAILABLE', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ open, inPool }) => {
      const da = await open()
      const given = faultOf(da.submit(data, {}, patience()))
      await inPool()
      await da.close()
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE', reason: 'the adapter is closed' })
    })
  })

  test('reader › without an account submit is DA_REFUSED', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, registry }) => {
      const da = await createEthereumBlobsDa(
        { log: silentLog, clock: systemClock, registry, kzg },
        { rpcUrls: [anvil.url], beaconUrls: [anvil.url], slots: 'block-number' },
      )
      expect(await faultOf(da.submit(data, {}, patience()))).toMatchObject({ code: 'DA_REFUSED' })
      await da.close()
    })
  })
})

describe('time', () => {
  test('LevelDB on disk › a restarted process gives the same pointer', async () => {
    await using scratch = await scratchDirectory()
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, inPool }) => {
      const life = async (meanwhile: () => Promise<unknown>) => {
        const store = new ClassicLevel(join(scratch.path, 'blobs'))
        const da = await openBlobsDa({ anvil, kzg, store, registry: new Registry() })
        try {
          const submitted = da.submit(data, {}, patience())
          await meanwhile()
          return await submitted
        } finally {
          await da.close()
          await store.close()
        }
      }
      const first = await life(async () => {
        await inPool()
        await anvil.mine()
      })
      expect(await life(async () => undefined)).toEqual(first)
      expect(await minedBlobTransactions(anvil)).toHaveLength(1)
    })
  })

  test('settled › final publications are watched no more and still found', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, store }) => {
      const da = await open({ settleBlocks: 3 })
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      const first = await submitted
      const records = createPublicationStore(store)
      expect(await records.unsettled()).toHaveLength(1)
      await anvil.mine(3)
      await looks(3)
      // Anvil calls final what is 64 blocks deep.
      expect(await records.unsettled()).toHaveLength(1)
      await anvil.mine(64)
      await until('it is settled', async () => (await records.unsettled()).length === 0)
      expect(await da.submit(data, {}, patience())).toEqual(first)
    })
  })

  test('expired › what the L1 no longer serves is published anew', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, store, registry }) => {
      const before = await open()
      const submitted = before.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      const first = await submitted
      await before.close()
      const weeksLater = { ...systemClock, now: () => systemClock.now() + 20 * 86_400_000 }
      const after = await openBlobsDa({ anvil, kzg, store, registry, clock: weeksLater })
      try {
        const resubmitted = after.submit(data, {}, patience())
        await inPool()
        await anvil.mine()
        expect((await resubmitted).height).toBeGreaterThan(first.height)
        expect(await minedBlobTransactions(anvil)).toHaveLength(2)
      } finally {
        await after.close()
      }
    })
  })
})
