import type { DataAvailability } from '@parley/protocol'
import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import { createLocalDa, createLocalDaServer } from '../../src/index.ts'
import { startProxy } from '../../src/testing/index.ts'
import { badly } from './bad-answers.ts'
import { countFiles, fileFaults } from './file-faults.ts'
import { silentLog } from './silent-log.ts'

export const writeToken = 'a token only tests know'
const maxBytes = 300_000

export const directoryTraits: DaTraits = { remote: false, chain: false, priced: false, sizes: [2, 65_536, 65_537] }
export const urlTraits: DaTraits = { ...directoryTraits, remote: true, served: true }

const digestOf = (pointer: Uint8Array): Uint8Array => pointer.subarray(1, 33)

function unknownPointer(): Uint8Array {
  const pointer = new Uint8Array(37).fill(0x5a)
  pointer[0] = 1
  pointer.set([0, 0, 0, 9], 33)
  return pointer
}

export function directoryHarness(
  dir: string,
  wrap: (da: DataAvailability) => DataAvailability = (da) => da,
): DaHarness {
  const faults = fileFaults(dir, digestOf)
  return {
    open: async () => wrap(await createLocalDa({ log: silentLog }, { dir, maxBytes })),
    publications: () => countFiles(dir),
    unknownPointer,
    corrupt: faults.corrupt,
    withhold: faults.withhold,
    // The adapter asks nobody: traits below keep the suite from calling these.
    disconnect: () => Promise.reject(new Error('a directory cannot be disconnected')),
    stall: () => Promise.reject(new Error('a directory cannot be stalled')),
    heal: faults.mend,
  }
}

export async function urlHarness(dir: string): Promise<DaHarness & { close(): Promise<void> }> {
  const server = await createLocalDaServer(
    { dir, log: silentLog },
    { host: '127.0.0.1', port: 0, writeToken, maxBytes },
  )
  const proxy = await startProxy(() => server.url)
  const faults = fileFaults(dir, digestOf)
  return {
    secrets: [writeToken],
    open: () => createLocalDa({ log: silentLog }, { url: proxy.url, writeToken, maxBytes }),
    publications: () => countFiles(dir),
    unknownPointer,
    corrupt: faults.corrupt,
    withhold: faults.withhold,
    disconnect: async () => proxy.meddle(() => 'cut'),
    stall: async () => proxy.meddle(() => 'hold'),
    answerBadly: async (_pointer, how) => proxy.meddle(() => badly(how)),
    openImpatient: () => createLocalDa({ log: silentLog }, { url: proxy.url, writeToken, maxBytes, timeoutMs: 2_000 }),
    async heal() {
      proxy.heal()
      await faults.mend()
    },
    async close() {
      await proxy.close()
      await server.close()
    },
  }
}
