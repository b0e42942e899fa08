import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKzg, type Kzg } from '../src/index.ts'
import { startProxy } from '../src/testing/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { minedBlobTransactions } from './support/blob-chain.ts'
import { onBlobStage, warmUp } from './support/blob-stage.ts'
import { openBlobsDa } from './support/blobs-harness.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'

const patience = () => AbortSignal.timeout(340_000)
const data = Uint8Array.from({ length: 1_000 }, (_, i) => i & 0xff)
/** Nobody listens there. */
const nobody = 'http://127.0.0.1:9'

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

describe('L1', () => {
  test('first node away › publishing and reading go on at the next', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, proxy }) => {
      const da = await open({ rpcUrls: [nobody, proxy.url], beaconUrls: [nobody, proxy.url] })
      const submitted = da.submit(data, {}, patience())
      await inPool()
      await anvil.mine()
      const { pointer } = await submitted
      expect(await da.status(pointer, patience())).toBe('included')
      expect(Buffer.compare(await da.retrieve(pointer, patience()), data)).toBe(0)
    })
  })

  test('first node leaves while a publication is under way › it is mined once, and found', async () => {
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, proxy }) => {
      const other = await startProxy(() => anvil.url)
      try {
        const da = await open({ rpcUrls: [proxy.url, other.url], beaconUrls: [anvil.url] })
        const submitted = da.submit(data, {}, patience())
        await inPool()
        proxy.meddle(() => 'cut')
        await anvil.mine()
        await submitted
        expect(await minedBlobTransactions(anvil)).toHaveLength(1)
      } finally {
        await other.close()
      }
    })
  })

  test('node of another chain › is never used, and named', async () => {
    await using other = await startAnvil('--no-mining', '--timestamp', '1600000000')
    await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, inPool, proxy }) => {
      const da = await open({ rpcUrls: [proxy.url, other.url], beaconUrls: [anvil.url] })
      const submitted = da.submit(data, {}, patience())
      await inPool()
      proxy.meddle(() => 'cut')
      expect(await faultOf(submitted)).toMatchObject({
        code: 'DA_UNAVAILABLE',
        reason: expect.stringMatching(/is a node of chain 31337 with genesis 0x/),
      })
      expect(await other.rpc<{ pending: string }>('txpool_status')).toMatchObject({ pending: '0x0' })
    })
  })

  test('all nodes away › is DA_UNAVAILABLE and says of each', async () => {
    const bench = { anvil: chain, kzg, store: new MemoryLevel<string, string>(), registry: new Registry() }
    const da = await openBlobsDa(bench, { rpcUrls: [nobody, 'http://127.0.0.1:19'] })
    try {
      expect(await faultOf(da.quote(1, patience()))).toMatchObject({
        code: 'DA_UNAVAILABLE',
        reason: expect.stringMatching(/127\.0\.0\.1:9 .*127\.0\.0\.1:19 /s),
      })
    } finally {
      await da.close()
    }
  })
})
