import { emptyVersionedHash } from '@parley/da-adapters/testing'
import { type Hex, hexToNumber, numberToHex } from 'viem'
import type { Stage } from './stage.ts'

/** A transaction of the batcher's account that the L1 has. */
export interface MinedTransaction {
  readonly hash: Hex
  readonly nonce: number
  readonly block: number
  /** `nothing`: blobs of zeros, which only use a nonce up. */
  readonly carries: 'parts' | 'nothing' | 'no blobs'
}

interface RawTransaction {
  readonly hash: Hex
  readonly from: string
  readonly nonce: Hex
  readonly blobVersionedHashes?: readonly Hex[]
}

export const l1Head = async ({ l1 }: Pick<Stage, 'l1'>): Promise<number> =>
  hexToNumber(await l1<Hex>('eth_blockNumber'))

/** What the canonical L1 has of the batcher's account, from a block to the head. */
export async function minedSince(
  stage: Pick<Stage, 'l1' | 'roles'>,
  from: number,
): Promise<readonly MinedTransaction[]> {
  const { l1, roles } = stage
  const head = await l1Head(stage)
  const found: MinedTransaction[] = []
  for (let block = Math.max(from, 0); block <= head; block += 1) {
    const answer = await l1<{ transactions: readonly RawTransaction[] } | null>(
      'eth_getBlockByNumber',
      numberToHex(block),
      true,
    )
    // A reorganisation may have made the chain shorter meanwhile.
    for (const { hash, from: sender, nonce, blobVersionedHashes = [] } of answer?.transactions ?? []) {
      if (sender.toLowerCase() !== roles.batcher.address.toLowerCase()) continue
      found.push({ hash, nonce: hexToNumber(nonce), block, carries: carried(blobVersionedHashes) })
    }
  }
  return found
}

function carried(hashes: readonly Hex[]): MinedTransaction['carries'] {
  if (hashes.length === 0) return 'no blobs'
  return hashes.every((hash) => hash === emptyVersionedHash) ? 'nothing' : 'parts'
}
