import { systemClock } from '@parley/runtime'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEthereumBlobsDa, createKzg, type Kzg } from '../src/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { closeBlocks, minedBlobTransactions, reopenBlocks } from './support/blob-chain.ts'
import { onBlobStage, warmUp } from './support/blob-stage.ts'
import { quickOptions } from './support/blobs-harness.ts'
import { errorOf, faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
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

/** Blocks from now on ask for more than what was offered. */
const baseFee = (wei: bigint) => ['anvil_setNextBlockBaseFeePerGas', `0x${wei.toString(16)}`] as const

describe('confirmations', () => {
  test('submit › resolves at the depth asked for, not before', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks }) => {
      const da = await open({ confirmations: 3 })
      let done = false
      const submitted = da.submit(data, {}, patience()).finally(() => {
        done = true
      })
      await inPool()
      await anvil.mine(2)
      await looks(3)
      expect(done).toBe(false)
      await anvil.mine()
      expect((await submitted).height).toBe(1n)
    })
  })

  test('submit › six full blobs go in one transaction and come back byte for byte', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open({ maxBlobs: 6 })
      const large = Uint8Array.from({ length: da.limits().maxBytes }, (_, i) => (i * 31 + (i >> 9)) & 0xff)
      const quote = await da.quote(large.length, patience())
      const submitted = da.submit(large, {}, patience())
      await inPool()
      await anvil.mine()
      const { pointer, cost } = await submitted
      expect(large.length).toBe(780_252)
      expect(Buffer.compare(await da.retrieve(pointer, patience()), large)).toBe(0)
      const mined = await minedBlobTransactions(anvil)
      expect(mined.map(({ blobVersionedHashes }) => blobVersionedHashes?.length)).toEqual([6])
      // One block may move the base fee by an eighth.
      expect(Number(cost.amount)).toBeGreaterThan(Number(quote.cost.amount) * 0.6)
      expect(cost.amount).toBeLessThanOrEqual(quote.cost.amount)
    })
  })

  test('status › a pointer of a block that the node does not have yet is pending', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      const { pointer } = await submitted
      expect(await da.status(pointer, patience())).toBe('included')
      pointer[8] = 200
      expect(await da.status(pointer, patience())).toBe('pending')
    })
  })
})

describe('fees', () => {
  test('bump › doubles all fees after the blocks given, and one of the two is mined', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, mineWithout }) => {
      const da = await open({ bumpAfterBlocks: 2 })
      const submitted = da.submit(data, {}, patience())
      const first = Object.values(await inPool())[0]
      await mineWithout(2)
      const second = await until('the transaction is replaced', async () => {
        const now = Object.values(await inPool())[0]
        return now?.hash === first?.hash ? undefined : now
      })
      expect(second?.nonce).toBe(first?.nonce)
      expect(BigInt(second?.maxFeePerGas ?? 0) >= 2n * BigInt(first?.maxFeePerGas ?? 0)).toBe(true)
      await anvil.mine()
      await submitted
      expect((await minedBlobTransactions(anvil)).map(({ hash }) => hash)).toEqual([second?.hash])
    })
  })

  test('bump › whichever variant is mined is the publication', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, calls, proxy }) => {
      const da = await open({ bumpAfterBlocks: 2 })
      const submitted = da.submit(data, {}, patience())
      const first = Object.values(await inPool())[0]
      // The replacement never reaches the pool, although the node says that it took it.
      proxy.meddle(({ body }) =>
        body.includes('eth_sendRawTransaction')
          ? {
              swallow: {
                status: 200,
                type: 'application/json',
                body: Buffer.from(`{"id":${/"id":(\d+)/.exec(`${body}`)?.[1]},"result":"0x"}`),
              },
            }
          : 'pass',
      )
      const sent = calls('eth_sendRawTransaction')
      await closeBlocks(anvil)
      await anvil.mine(2)
      await reopenBlocks(anvil)
      await until('the replacement was sent', async () => calls('eth_sendRawTransaction') > sent)
      await anvil.mine()
      await submitted
      expect((await minedBlobTransactions(anvil)).map(({ hash }) => hash)).toEqual([first?.hash])
    })
  })

  test('bump › only the next transaction is raised, those behind it are not', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, mineWithout }) => {
      const da = await open({ bumpAfterBlocks: 2 })
      const submitted = Promise.all([da.submit(data, {}, patience()), da.submit(otherData, {}, patience())])
      const before = await inPool(2)
      await mineWithout(3)
      await until('the first one is replaced', async () => {
        const now = await inPool(2)
        return now['0']?.hash !== before['0']?.hash
      })
      await looks(3)
      expect((await inPool(2))['1']?.hash).toBe(before['1']?.hash)
      await anvil.mine()
      await submitted
    })
  })

  test('quote › is of what is offered: never less than was paid when the tip of the floor is', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open()
      const quote = await da.quote(data.length, patience())
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      expect((await submitted).cost.amount).toBeLessThanOrEqual(quote.cost.amount)
    })
  })

  test('bump › a bound stops it, and the transaction waits', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, mineWithout }) => {
      const da = await open({ bumpAfterBlocks: 1, fees: { maxFeePerGas: 5n * gwei } })
      const submitted = da.submit(data, {}, patience())
      const first = Object.values(await inPool())[0]
      await mineWithout(2)
      await looks(3)
      expect(Object.values(await inPool())[0]?.hash).toBe(first?.hash)
      await anvil.mine()
      await submitted
    })
  })

  test('send › an offer outbid while nobody ran is raised at once', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, proxy, calls }) => {
      const before = await open()
      proxy.meddle(({ body }) => (body.includes('eth_sendRawTransaction') ? 'cut' : 'pass'))
      const given = faultOf(before.submit(data, {}, patience()))
      await until('the first offer was tried', async () => calls('eth_sendRawTransaction') > 0)
      await before.close()
      expect(await given).toMatchObject({ code: 'DA_UNAVAILABLE' })
      proxy.heal()
      await anvil.rpc(...baseFee(50n * gwei))
      await anvil.mine()
      const after = await open()
      const submitted = after.submit(data, {}, patience())
      await until('a higher offer is in the pool', async () => {
        await anvil.mine()
        return (await minedBlobTransactions(anvil)).length === 1
      })
      await submitted
    })
  })
})

describe('pool', () => {
  test('drop › a transaction that the pool lost is sent again', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open()
      const submitted = da.submit(data, {}, patience())
      const first = Object.values(await inPool())[0]
      await anvil.rpc('anvil_dropAllTransactions')
      expect(Object.values(await inPool())[0]?.hash).toBe(first?.hash)
      await anvil.mine()
      await submitted
    })
  })

  test('restart › a transaction in the pool is not sent again', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, looks, calls }) => {
      const before = await open()
      const given = errorOf(before.submit(data, {}, patience()))
      await inPool()
      await before.close()
      await given
      expect(calls('eth_sendRawTransaction')).toBe(1)
      const after = await open()
      await looks(2)
      await anvil.mine()
      await after.submit(data, {}, patience())
      expect(calls('eth_sendRawTransaction')).toBe(1)
    })
  })

  test('funds › too few are DA_UNAVAILABLE with the node’s reason, and enough let the same bytes through', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, store, registry }) => {
      const account = privateKeyToAccount(generatePrivateKey())
      const da = await createEthereumBlobsDa(
        { log: silentLog, clock: systemClock, registry, kzg, writer: { account, store } },
        { rpcUrls: [anvil.url], beaconUrls: [anvil.url], ...quickOptions },
      )
      try {
        // The second one waits behind the first and is told so as well.
        const faults = await Promise.all([data, otherData].map((bytes) => faultOf(da.submit(bytes, {}, patience()))))
        for (const fault of faults)
          expect(fault).toMatchObject({ code: 'DA_UNAVAILABLE', reason: expect.stringMatching(/funds/i) })
        await anvil.rpc('anvil_setBalance', account.address, `0x${(10n ** 18n).toString(16)}`)
        const mined = until('it is mined', async () => {
          await anvil.mine()
          return (await minedBlobTransactions(anvil)).length === 2
        })
        const [first, second] = await Promise.all([
          da.submit(data, {}, patience()),
          da.submit(otherData, {}, patience()),
        ])
        await mined
        const balance = BigInt(await anvil.rpc<string>('eth_getBalance', account.address, 'latest'))
        expect(first.cost.amount + second.cost.amount).toBe(10n ** 18n - balance)
      } finally {
        await da.close()
      }
    })
  })

  test('bound › more publications than allowed at once are DA_UNAVAILABLE', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool }) => {
      const da = await open({ maxPending: 1 })
      const submitted = da.submit(data, {}, patience())
      await inPool()
      expect(await faultOf(da.submit(otherData, {}, patience()))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      await anvil.mine()
      await submitted
    })
  })
})
