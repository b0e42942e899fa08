import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKzg, type Kzg } from '../src/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { minedBlobTransactions, poolSize } from './support/blob-chain.ts'
import { onBlobStage } from './support/blob-stage.ts'
import { type Crash, crashWrites, planCrash } from './support/crash.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'

const patience = () => AbortSignal.timeout(340_000)
const data = Uint8Array.of(1, 2, 3)
const otherData = Uint8Array.of(4, 5, 6)

let kzg: Kzg
let chain: Anvil
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  chain = await startAnvil()
  await onBlobStage({ kzg, anvil: chain }, async ({ open }) => {
    const da = await open()
    await Promise.all([
      da.submit(data, {}, AbortSignal.timeout(340_000)),
      da.submit(otherData, {}, AbortSignal.timeout(340_000)),
    ])
  })
})
afterAll(async () => {
  await kzg?.close()
  await chain?.stop()
})

/** One life that ends at the crash and a second one that publishes something else first. */
async function liveTwice(crash: Crash): Promise<void> {
  await onBlobStage({ kzg, anvil: chain }, async ({ anvil, open, proxy, store }) => {
    crashWrites(store, crash)
    proxy.meddle(() => {
      const fate = crash.next()
      return fate === 'lives' ? 'pass' : fate === 'dies after' ? 'cut after' : 'cut'
    })
    const first = await open()
    const outcome = first.submit(data, {}, patience()).catch(() => undefined)
    await Promise.race([outcome, crash.moment])
    await first.close()
    await outcome
    crash.revive()

    const second = await open()
    const other = await second.submit(otherData, {}, patience())
    const { pointer } = await second.submit(data, {}, patience())
    expect(Buffer.compare(await second.retrieve(pointer, patience()), data)).toBe(0)
    expect(Buffer.compare(await second.retrieve(other.pointer, patience()), otherData)).toBe(0)
    const mined = await minedBlobTransactions(anvil)
    expect(mined.map(({ nonce }) => Number(nonce))).toEqual([0, 1])
    expect(new Set(mined.flatMap(({ blobVersionedHashes }) => blobVersionedHashes)).size).toBe(2)
    expect(await poolSize(anvil)).toBe(0)
  })
}

test.each(['dies before', 'dies after'] as const)(
  'crash › a process that %s any operation publishes each thing once, without a gap',
  async (when) => {
    let at = 0
    for (; ; at++) {
      const crash = planCrash(at, when)
      await liveTwice(crash)
      if (!crash.happened) break
    }
    // Fewer would mean that the operations do not go through the crash any more.
    expect(at).toBeGreaterThan(12)
  },
  360_000,
)
