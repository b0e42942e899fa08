import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Closing, deriveFrom, deriveScalar, type StackOptions, startStack } from '@parley/lab'
import { ownerAddress } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Run } from './load-under-kills.ts'

export interface CrashDeps {
  readonly log: Logger
  readonly env: Readonly<Record<string, string>>
}

export interface OnStackOptions {
  readonly seed: string
  readonly layer: 'local' | 'ethereum-blobs'
  /** Keeps data and logs. */
  readonly keep: boolean
}

/** Starts a stack, lets `use` do what it wants with it, and ends it. @throws what ends a part of the stack by itself. */
export async function onStack<T>(
  deps: CrashDeps,
  options: OnStackOptions,
  besides: Pick<StackOptions, 'node' | 'relay' | 'changed' | 'batchAgeMs'>,
  use: (run: Run, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-crash-'))
  const closing = new Closing()
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const derive = deriveFrom(`crash ${options.seed}`)
  const owner = deriveScalar(derive, 'owner')
  const context = { clock: systemClock, log: deps.log, inheritedEnv: deps.env }
  try {
    const stack = await startStack(
      context,
      {
        dataDir,
        layer: options.layer,
        lanes: undefined,
        verifier: 'auto',
        logLevel: 'info',
        virtual: undefined,
        owners: [ownerAddress(owner)],
        // Posting must come to an end, so that it can be counted.
        pushPrices: false,
        ...besides,
      },
      either,
    )
    closing.add(() => stack.stop())
    return await Promise.race([use({ ...context, stack, dataDir, derive, owner }, either), stack.failed])
  } finally {
    ending.abort()
    await closing.close()
    if (options.keep) deps.log.info({ dataDir }, 'data and logs are kept')
    else await rm(dataDir, { recursive: true })
  }
}
