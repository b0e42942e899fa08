import { join } from 'node:path'
import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { startAltDaDouble } from '../../src/alt-da/double.ts'
import { decodeAltDaPointer } from '../../src/alt-da/pointer.ts'
import { type CommitmentKind, createAltDa } from '../../src/index.ts'
import { sha256 } from '../../src/sha256.ts'
import { startProxy } from '../../src/testing/index.ts'
import { countFiles, fileFaults } from './file-faults.ts'

export const maxBytes = 300_000
export const retentionSeconds = 14 * 24 * 3600
export const altDaTraits: DaTraits = {
  tellsLoss: false,
  stored: true,
  remote: true,
  chain: false,
  priced: false,
  sizes: [2, 65_536, 65_537],
}

/** An alt-DA double behind a proxy that breaks what a test tells it to. */
export async function altDaHarness(scratch: string, commitments: CommitmentKind) {
  const dir = join(scratch, 'double')
  const double = await startAltDaDouble({ dir, host: '127.0.0.1', port: 0, maxBytes })
  const proxy = await startProxy(() => double.url)
  const faults = fileFaults(dir, (pointer) => sha256(decodeAltDaPointer(pointer, maxBytes).commitment))
  const harness: DaHarness = {
    async open() {
      const store = new ClassicLevel(join(scratch, 'commitments'))
      await store.open()
      const da = createAltDa(
        { store, clock: systemClock },
        { url: proxy.url, commitments, maxBytes, retentionSeconds, timeoutMs: 5_000 },
      )
      return {
        ...da,
        async close() {
          await da.close()
          await store.close()
        },
      }
    },
    publications: () => countFiles(dir),
    unknownPointer: () => Uint8Array.from([1, ...new Uint8Array(32).fill(0x5a), 0, 0, 0, 9, 0, 4, 1, 0xdd, 7, 7]),
    corrupt: faults.corrupt,
    withhold: faults.withhold,
    disconnect: async () => proxy.meddle(() => 'cut'),
    stall: async () => proxy.meddle(({ method }) => (method === 'POST' ? 'hold' : 'pass')),
    async heal() {
      proxy.heal()
      await faults.mend()
    },
  }
  return {
    ...harness,
    proxy,
    async close() {
      await proxy.close()
      await double.close()
    },
  }
}
