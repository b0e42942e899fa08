import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@parley/runtime'
import { Level } from 'level'
import { CliError } from '../faults.ts'
import type { Closing } from './closing.ts'
import { storeFault } from './store-fault.ts'
import { type StoreKind, storeKinds } from './store-kinds.ts'
import { type HeldStamp, isInPlace, stampStore } from './store-stamp.ts'

/** Digests and signatures do not compress, and are written more than read: fewer and larger files cost less. */
const bytesTuning = { compression: false, writeBufferSize: 32 * 1024 * 1024 } as const

/** Milliseconds between looks whether the stores are still where they were opened. */
const lookEveryMs = 1_000

export interface DataDirOptions {
  readonly path: string
  /** The deployment that the stores belong to; left out for stores that belong to none. */
  readonly deployment?: string | undefined
}

/**
 * The directory of a role. Each store is a LevelDB of its own, so that synced writes stay synced; it is stamped with its
 * form and deployment, and closed with the rest.
 */
export class DataDir {
  /** Rejects with `DATA_DIR_REPLACED` when a store is no longer where it was opened; never resolves. */
  readonly failed: Promise<never>

  private readonly options: DataDirOptions
  private readonly closing: Closing
  private readonly stamps: HeldStamp[] = []
  private readonly lost = Promise.withResolvers<never>()

  constructor(options: DataDirOptions, closing: Closing) {
    this.options = options
    this.closing = closing
    this.failed = this.lost.promise
    // Whoever runs the role races with it; until then a rejection must not end the process.
    this.failed.catch(() => undefined)
  }

  get path(): string {
    return this.options.path
  }

  /** Whether there is such a store already. */
  async has(kind: StoreKind): Promise<boolean> {
    const found = await stat(join(this.path, storeKinds[kind].directory)).catch(() => undefined)
    return found !== undefined
  }

  /** Texts under texts. @throws {CliError} `DATA_DIR_LOCKED`, `DATA_DIR_UNUSABLE`, `STORE_DAMAGED`, `STORE_FORM_UNKNOWN`, `STORE_OTHER`. */
  texts(kind: StoreKind): Promise<Level<string, string>> {
    return this.open(kind, (path) => new Level<string, string>(path, { keyEncoding: 'utf8', valueEncoding: 'utf8' }))
  }

  /** As `texts`, for a store whose tables hold bytes under bytes, many of them. */
  tables(kind: StoreKind): Promise<Level<string, string>> {
    return this.open(
      kind,
      (path) => new Level<string, string>(path, { keyEncoding: 'utf8', valueEncoding: 'utf8', ...bytesTuning }),
    )
  }

  /** As `texts`, with bytes under texts. */
  named(kind: StoreKind): Promise<Level<string, Uint8Array>> {
    return this.open(
      kind,
      (path) => new Level<string, Uint8Array>(path, { keyEncoding: 'utf8', valueEncoding: 'view' }),
    )
  }

  /** As `texts`, with bytes under bytes. */
  bytes(kind: StoreKind): Promise<Level<Uint8Array, Uint8Array>> {
    return this.open(
      kind,
      (path) => new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view', ...bytesTuning }),
    )
  }

  /** Looks again and again whether the stores are still in place, until `signal`. */
  async watch(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // An abort ends the wait; the loop's condition sees it.
      await clock.sleep(lookEveryMs, signal).catch(() => undefined)
      if (signal.aborted) return
      for (const stamp of this.stamps) {
        if (await isInPlace(stamp)) continue
        this.lost.reject(new CliError({ code: 'DATA_DIR_REPLACED', path: stamp.path }))
        return
      }
    }
  }

  private async open<D extends { open(): Promise<void>; close(): Promise<void> }>(
    kind: StoreKind,
    make: (path: string) => D,
  ): Promise<D> {
    const path = join(this.options.path, storeKinds[kind].directory)
    try {
      const stamp = await stampStore(path, kind, this.options.deployment)
      this.closing.add(() => stamp.handle.close())
      this.stamps.push(stamp)
      const db = make(path)
      await db.open()
      this.closing.add(() => db.close())
      return db
    } catch (error) {
      throw storeFault(error, path) ?? error
    }
  }
}
