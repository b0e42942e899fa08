import type { DaReceipt, DataAvailability } from '@parley/protocol'
import { daCompliance } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKzg, type Kzg, keptBlocks, probeBlobSources } from '../src/index.ts'
import { sha256 } from '../src/sha256.ts'
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
    await da.submit(Uint8Array.of(1, 2, 3), {}, AbortSignal.timeout(340_000))
    await da.close()
  })
  afterAll(async () => {
    await harness?.close()
    await kzg?.close()
    await anvil?.stop()
  })
  for (const { name, run } of daCompliance(() => harness, blobsTraits)) test(name, run)

  test('probe › asks each beacon node for a recent blob, and says when blocks of that age have none', async () => {
    const da = await harness.open()
    await da.submit(Uint8Array.of(4, 5, 6), {}, AbortSignal.timeout(340_000))
    await da.close()
    const mine = { method: 'POST', headers: { 'content-type': 'application/json' } }
    await fetch(anvil.url, { ...mine, body: '{"jsonrpc":"2.0","id":1,"method":"anvil_mine","params":["0x1"]}' })
    const deps = { clock: systemClock, log: silentLog, registry: new Registry(), kzg }
    // Nobody listens at the second one.
    const places = { rpcUrls: [anvil.url], beaconUrls: [anvil.url, 'http://127.0.0.1:9'] }
    const probe = (ago: bigint) =>
      probeBlobSources(deps, { ...places, slots: 'block-number' }, ago, AbortSignal.timeout(340_000))
    const found = await probe(0n)
    expect(found?.map(({ refused }) => refused === undefined)).toEqual([true, false])
    expect(await probe(keptBlocks)).toBeUndefined()
  })

  const receipts = new Map<string, DaReceipt>()
  const defects: readonly (readonly [
    string,
    (da: DataAvailability) => Partial<DataAvailability>,
    string,
    string | RegExp,
  ])[] = [
    [
      'ends nothing when it is asked to abandon',
      (da) => ({
        abandon: async () => ({
          overhead: (await da.abandon(new Uint8Array(32), AbortSignal.timeout(60_000))).overhead,
        }),
      }),
      'abandon › ends with a receipt, or never lands',
      // Whether the first or the second is counted late, one too many or too few is there.
      /it landed all the same|strictly equal/,
    ],
    [
      'remembers what a reorg took back',
      (da) => ({
        async submit(data, options, signal) {
          const key = Buffer.from(sha256(data)).toString('hex')
          const receipt = receipts.get(key) ?? (await da.submit(data, options, signal))
          receipts.set(key, receipt)
          return receipt
        },
      }),
      'status › lost for good, then submit gives a new pointer',
      'the pointer of what is lost was given again',
    ],
  ]
  test.each(defects)('an adapter that %s › fails the suite', async (_what, defect, name, words) => {
    const open = async () => {
      const da = await harness.open()
      return { ...da, ...defect(da) }
    }
    const found = daCompliance(() => ({ ...harness, open }), blobsTraits).find((each) => each.name === name)
    await expect(found?.run()).rejects.toThrow(words)
  })
})
