import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import type { Closing } from './closing.ts'

/** Digests and signatures do not compress, and are written more than read: fewer and larger files cost less. */
const bytesStore = { compression: false, writeBufferSize: 32 * 1024 * 1024 } as const

/** Opens the LevelDB called `name` in a data directory; it is closed with the rest. Each store is a database of its own, so that synced writes stay synced. */
export async function openTexts(
  dataDir: string,
  name: string,
  closing: Closing,
  options: Partial<typeof bytesStore> = {},
): Promise<Level<string, string>> {
  const path = await placeOf(dataDir, name)
  return open(new Level<string, string>(path, { keyEncoding: 'utf8', valueEncoding: 'utf8', ...options }), closing)
}

/** As `openTexts`, for a store whose tables hold bytes under bytes, many of them. */
export function openTables(dataDir: string, name: string, closing: Closing): Promise<Level<string, string>> {
  return openTexts(dataDir, name, closing, bytesStore)
}

/** As `openTexts`, with bytes under bytes. */
export async function openBytes(
  dataDir: string,
  name: string,
  closing: Closing,
): Promise<Level<Uint8Array, Uint8Array>> {
  const path = await placeOf(dataDir, name)
  return open(
    new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view', ...bytesStore }),
    closing,
  )
}

async function placeOf(dataDir: string, name: string): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  return join(dataDir, name)
}

async function open<D extends { open(): Promise<void>; close(): Promise<void> }>(db: D, closing: Closing): Promise<D> {
  await db.open()
  closing.add(() => db.close())
  return db
}
