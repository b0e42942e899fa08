import type { BytesLevel } from '@parley/runtime/level'
import { ManualClock } from '@parley/runtime/testing'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import { createStoreServer, type StoreServerOptions } from '../../src/http/index.ts'
import { type Blocks, ContentStore, levelBlocks, memoryBlocks, type StoreOptions } from '../../src/store/index.ts'

export const log = pino({ level: 'silent' })

type TestLevel = MemoryLevel<Uint8Array, Uint8Array>
export const newLevel = (): TestLevel => new MemoryLevel({ keyEncoding: 'view', valueEncoding: 'view' })

export interface TestStore {
  readonly store: ContentStore
  readonly clock: ManualClock
}

/** A store in memory, on a clock that stands. */
export async function memoryStore(
  options: StoreOptions = {},
  made: { readonly clock?: ManualClock; readonly index?: BytesLevel; readonly blocks?: Blocks } = {},
): Promise<TestStore> {
  const { clock = new ManualClock(), index = newLevel(), blocks = memoryBlocks() } = made
  return { store: await ContentStore.open({ index, blocks, clock, log }, options), clock }
}

/** A store whose blocks lie beside its records. */
export function levelStore(options: StoreOptions = {}, index = newLevel()): Promise<TestStore> {
  return memoryStore(options, { index, blocks: levelBlocks(index) })
}

export interface ServedStore extends TestStore {
  readonly url: string
  readonly registry: Registry
}

/** A store that serves, until the test has finished. */
export async function servedStore(
  options: StoreOptions = {},
  server: Partial<StoreServerOptions> = {},
  made?: TestStore,
): Promise<ServedStore> {
  const test = made ?? (await memoryStore(options))
  const registry = new Registry()
  const { url, close } = await createStoreServer(
    { store: test.store, registry, clock: test.clock, log },
    { host: '127.0.0.1', port: 0, version: '1', ...server },
  )
  onTestFinished(close)
  return { ...test, url, registry }
}
