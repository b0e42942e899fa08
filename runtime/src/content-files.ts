import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeDirectory } from './files.ts'

/** Files named by a digest, 32 bytes, of what they hold. Several processes may share one directory. */
export interface ContentFiles {
  /** Stores bytes durably; what is already there and right stays as it is. */
  put(digest: Uint8Array, data: Uint8Array, signal: AbortSignal): Promise<'created' | 'present'>
  /** The file's bytes unchecked, or undefined when there is none, or `oversize` when it has more than `maxBytes`. */
  read(digest: Uint8Array, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined | 'oversize'>
  /** Bytes of the file, or undefined when there is none. */
  size(digest: Uint8Array): Promise<number | undefined>
  /** Resolves when the directory is there and can be read. */
  look(): Promise<void>
  /** The file opened for reading, or undefined when there is none. */
  open(digest: Uint8Array): Promise<FileHandle | undefined>
  /** Removes the file; what holds it open reads on. Nothing happens where there is none. */
  remove(digest: Uint8Array): Promise<void>
  /** Digests of all files that are there. */
  all(): AsyncIterable<Uint8Array>
}

/** Age in milliseconds at which a temporary file must be the rest of a crash: no write takes as long. */
const abandonedAfterMs = 3_600_000

/** Opens a directory of content files, made when missing, and removes what crashed writers left there. */
export async function openContentFiles(dir: string): Promise<ContentFiles> {
  const incoming = join(dir, 'incoming')
  if (await makeDirectory(incoming)) await syncDirectory(dirname(dir))
  await removeAbandoned(incoming)
  const pathOf = (digest: Uint8Array): string => {
    const name = Buffer.from(digest).toString('hex')
    return join(dir, name.slice(0, 2), name)
  }
  return {
    async put(digest, data, signal) {
      const path = pathOf(digest)
      const present = await readBounded(path, data.length, signal)
      if (present instanceof Uint8Array && Buffer.compare(present, data) === 0) {
        // Another process may have renamed it without having made the name durable yet.
        await syncDirectory(dirname(path))
        return 'present'
      }
      await writeDurably(path, join(incoming, randomUUID()), data, signal)
      return 'created'
    },
    read: (digest, maxBytes, signal) => readBounded(pathOf(digest), maxBytes, signal),
    size: async (digest) => (await unlessAbsent(stat(pathOf(digest))))?.size,
    async look() {
      await stat(incoming)
    },
    open: (digest) => unlessAbsent(open(pathOf(digest), 'r')),
    remove: (digest) => rm(pathOf(digest), { force: true }),
    all: () => digestsIn(dir),
  }
}

async function* digestsIn(dir: string): AsyncGenerator<Uint8Array> {
  for (const folder of await readdir(dir)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue
    for (const name of await readdir(join(dir, folder)))
      if (/^[0-9a-f]{64}$/.test(name)) yield Uint8Array.from(Buffer.from(name, 'hex'))
  }
}

async function writeDurably(path: string, temporary: string, data: Uint8Array, signal: AbortSignal): Promise<void> {
  try {
    const file = await open(temporary, 'wx', 0o644)
    try {
      await file.writeFile(data, { signal })
      await file.sync()
    } finally {
      await file.close()
    }
    const parent = dirname(path)
    await makeDirectory(parent)
    // Even when it was there: another process may have made it and not have made it durable yet.
    await syncDirectory(dirname(parent))
    signal.throwIfAborted()
    await rename(temporary, path)
    await syncDirectory(parent)
  } catch (error) {
    await rm(temporary, { force: true })
    signal.throwIfAborted()
    throw error
  }
}

async function readBounded(
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined | 'oversize'> {
  signal.throwIfAborted()
  const file = await unlessAbsent(open(path, 'r'))
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    if (size > maxBytes) return 'oversize'
    const bytes = new Uint8Array(size)
    let offset = 0
    while (offset < size) {
      signal.throwIfAborted()
      const { bytesRead } = await file.read(bytes, offset, size - offset, offset)
      if (bytesRead === 0) return bytes.slice(0, offset)
      offset += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function removeAbandoned(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const info = await unlessAbsent(stat(path))
    // File times, not the caller's clock: both sides of the comparison must come from the same one.
    if (info !== undefined && Date.now() - info.mtimeMs > abandonedAfterMs) await rm(path, { force: true })
  }
}

async function unlessAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
