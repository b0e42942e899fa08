import type { Clock } from '@parley/runtime'
import type { DataDir } from './data-dir.ts'
import { storeFault } from './store-fault.ts'

/** What a role fails by: what it runs, or its data directory is gone. Faults of stores get their code. Never resolves. */
export async function failedOf(
  running: Promise<unknown>,
  dataDir: DataDir,
  clock: Clock,
  signal: AbortSignal,
): Promise<never> {
  const never = new Promise<never>(() => undefined)
  try {
    return await Promise.race([
      running.then(() => never),
      dataDir.failed,
      dataDir.watch(clock, signal).then(() => never),
    ])
  } catch (error) {
    throw storeFault(error, dataDir.path) ?? error
  }
}
