import type { BytesLevel } from '@parley/runtime/level'
import type { FailingLevel } from './failing-level.ts'
import { type Disk, newDisk } from './harness.ts'

/** A store that holds the same. */
export async function copyOf(level: BytesLevel): Promise<FailingLevel> {
  const { store } = newDisk()
  for await (const [key, value] of level.iterator({}))
    await store.batch([{ type: 'put', key: Uint8Array.from(key), value: Uint8Array.from(value) }], { sync: true })
  return store.survivor()
}

export async function copied(disk: Disk): Promise<Disk> {
  return {
    journal: await copyOf(disk.journal),
    store: await copyOf(disk.store),
    signed: await copyOf(disk.signed),
  }
}
