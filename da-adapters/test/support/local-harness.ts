import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataAvailability } from '@parley/protocol'
import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import { createLocalDa, createLocalDaServer } from '../../src/index.ts'
import { startProxy } from './proxy.ts'
import { silentLog } from './silent-log.ts'

export const writeToken = 'a token only tests know'
const maxBytes = 300_000

export const directoryTraits: DaTraits = { remote: false, chain: false, priced: false, sizes: [2, 65_536, 65_537] }
export const urlTraits: DaTraits = { ...directoryTraits, remote: true }

/** Breaks and mends files under a directory of content-addressed data. */
function fileFaults(dir: string) {
  const mends: Array<() => Promise<void>> = []
  const pathOf = (pointer: Uint8Array) => {
    const name = Buffer.from(pointer.subarray(1, 33)).toString('hex')
    return join(dir, name.slice(0, 2), name)
  }
  return {
    async corrupt(pointer: Uint8Array) {
      const path = pathOf(pointer)
      const right = await readFile(path)
      const wrong = Uint8Array.from(right)
      wrong[wrong.length >> 1]! ^= 1
      await writeFile(path, wrong)
      mends.push(() => writeFile(path, right))
    },
    async withhold(pointer: Uint8Array) {
      const path = pathOf(pointer)
      await rename(path, `${path}.gone`)
      mends.push(() => rename(`${path}.gone`, path))
    },
    async mend() {
      for (const mend of mends.splice(0)) await mend()
    },
  }
}

async function countFiles(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name)).length
}

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
  const faults = fileFaults(dir)
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
  const faults = fileFaults(dir)
  return {
    open: () => createLocalDa({ log: silentLog }, { url: proxy.url, writeToken, maxBytes }),
    publications: () => countFiles(dir),
    unknownPointer,
    corrupt: faults.corrupt,
    withhold: faults.withhold,
    disconnect: async () => proxy.meddle(() => 'cut'),
    stall: async () => proxy.meddle(() => 'hold'),
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
