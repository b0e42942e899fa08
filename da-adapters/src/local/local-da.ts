import type { DataAvailability } from '@parley/protocol'
import { openContentFiles } from '@parley/runtime/content-files'
import type { Logger } from 'pino'
import { createDirectoryDa } from './directory-da.ts'
import { createRemoteDa } from './remote-da.ts'

export interface LocalDaDeps {
  readonly log: Logger
}

interface CommonOptions {
  /** Bytes of one publication at most, up to 2^32 - 1; the same for all who share the layer. Default 16 MiB. */
  readonly maxBytes?: number
}

export interface LocalDirectoryOptions extends CommonOptions {
  /** Directory that holds the data; made when missing. The server may serve it at the same time. */
  readonly dir: string
}

export interface LocalUrlOptions extends CommonOptions {
  /** Where a `createLocalDaServer` listens. */
  readonly url: string
  /** The server's write token; without it `submit` is `DA_REFUSED`. */
  readonly writeToken?: string
  /** Milliseconds for one request. Default 30,000. */
  readonly timeoutMs?: number
}

export type LocalDaOptions = LocalDirectoryOptions | LocalUrlOptions

/** Bytes of one publication at most unless configured otherwise. */
export const defaultLocalMaxBytes = 16 * 1024 * 1024

/**
 * The local layer: data under its SHA-256, in a directory of this machine or behind the HTTP server that serves one.
 * Publishing is free and lasts until somebody deletes the files.
 */
export async function createLocalDa({ log }: LocalDaDeps, options: LocalDaOptions): Promise<DataAvailability> {
  const { maxBytes = defaultLocalMaxBytes } = options
  if ('dir' in options) return createDirectoryDa(await openContentFiles(options.dir), log, maxBytes)
  const { url, writeToken, timeoutMs = 30_000 } = options
  return createRemoteDa({ url, writeToken, maxBytes, timeoutMs })
}
