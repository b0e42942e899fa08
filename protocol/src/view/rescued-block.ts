import { type BlockHeader, type BlockWitness, BodyKind } from '../types/block.ts'
import type { RescuedRun } from '../types/claim.ts'
import { type ViewedBlock, viewOfBlock } from './viewed-block.ts'

/**
 * The block of a claim that a rescue made: its items are its segments, and it has no signatures.
 * @param header - The claim's last one.
 * @throws {CodecError} when there are more runs or items than a block can have, which the contract refuses.
 */
export function rescuedBlock(header: BlockHeader, rescued: readonly RescuedRun[]): ViewedBlock {
  const runs = rescued.map(({ shard, items }) => ({
    shard,
    segments: items.map(({ preRoot, item, postRoot }) => ({
      preRoot,
      body: { selector: BodyKind.inboxItem, value: item },
      postRoot,
    })),
    postRoot: items.at(-1)?.postRoot ?? new Uint8Array(32),
  }))
  const witness: BlockWitness = rescued.map(({ items }) => items.map(() => []))
  return viewOfBlock({ header, runs }, witness)
}
