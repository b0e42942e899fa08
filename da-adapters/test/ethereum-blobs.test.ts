import { daCompliance } from '@parley/protocol/compliance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createKzg, type Kzg } from '../src/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { blobsHarness, blobsTraits } from './support/blobs-harness.ts'
import { silentLog } from './support/silent-log.ts'

describe('ethereum-blobs on anvil', () => {
  let anvil: Anvil
  let kzg: Kzg
  let harness: Awaited<ReturnType<typeof blobsHarness>>
  beforeAll(async () => {
    anvil = await startAnvil()
    kzg = createKzg({ log: silentLog })
    harness = await blobsHarness(anvil, kzg)
    // Both sides load the trusted setup at the first blob, for seconds.
    const da = await harness.open()
    await da.submit(Uint8Array.of(1, 2, 3), {}, AbortSignal.timeout(110_000))
    await da.close()
  })
  afterAll(async () => {
    await harness?.close()
    await kzg?.close()
    await anvil?.stop()
  })
  for (const { name, run } of daCompliance(() => harness, blobsTraits)) test(name, run)
})
