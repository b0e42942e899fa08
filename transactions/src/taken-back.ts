import type { Fees } from './chain.ts'
import type { SendRequest } from './payload.ts'
import type { SenderContext } from './sender-context.ts'
import type { Sent } from './sent.ts'

/**
 * Whether a reorg deeper than anything is watched for took a settled transaction back: its block is not of the chain any more,
 * and it is in no other. A node that is behind has no block of that height, which says nothing.
 */
export async function isTakenBack<C, F extends Fees, R extends SendRequest>(
  { chain }: Pick<SenderContext<C, F, R>, 'chain'>,
  { inclusion }: Sent<C, F>,
  signal: AbortSignal,
): Promise<boolean> {
  if (inclusion === undefined) return false
  const block = await chain.block(inclusion.blockNumber, signal)
  if (block === undefined || block.hash === inclusion.blockHash) return false
  return (await chain.receipt(inclusion.hash, signal)) === undefined
}
