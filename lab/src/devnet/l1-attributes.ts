import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { createPublicClient, http } from 'viem'
import type { L1Attributes, SystemTransactions } from './predeploys.ts'

/** What the L1 at `url` looks like now. */
export async function readL1Attributes(url: string): Promise<L1Attributes> {
  const l1 = createPublicClient({ transport: http(url) })
  const [block, blobBaseFee] = await Promise.all([l1.getBlock(), l1.getBlobBaseFee()])
  const { number, timestamp, hash, baseFeePerGas } = block
  return { number, timestamp, hash, baseFee: baseFeePerGas ?? 0n, blobBaseFee }
}

export interface FollowDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly system: SystemTransactions
}

/** Tells the L2 of the L1's fees every `everyMs` until `signal`; a failure is logged and the next turn tries again. */
export async function followL1(
  deps: FollowDeps,
  options: { readonly l1Url: string; readonly everyMs: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await deps.clock.sleep(options.everyMs, signal)
      await deps.system.tell(await readL1Attributes(options.l1Url), signal)
    } catch (error) {
      if (signal.aborted) return
      deps.log.warn({ err: error }, 'the L1 fees on the L2 were not updated; the next turn tries again')
    }
  }
}
