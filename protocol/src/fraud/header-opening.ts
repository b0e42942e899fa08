import { limits } from '../limits.ts'
import { hash64 } from '../ssz/merkle.ts'
import { type BlockHeader, BlockHeaderType } from '../types/block.ts'
import { at } from './batch-trees.ts'
import { PackedWriter } from './packed.ts'
import { branchIn, levelsOf } from './trees.ts'

/**
 * Opens a header in the core of a right claim, for `proveContradiction`: root of the header 32 · of its runs 32 · branch(10).
 * @param headers - Of all blocks of the claim; each commits to the runs of its block, as in every right claim.
 * @throws {RangeError} when the claim has no block `index`.
 */
export function openHeader(headers: readonly BlockHeader[], index: number): Uint8Array {
  const header = at(headers, index, 'block')
  const leaves = headers.map((each) => hash64(BlockHeaderType.hashTreeRoot(each), each.runsRoot))
  const opening = new PackedWriter()
  opening.bytes(BlockHeaderType.hashTreeRoot(header))
  opening.bytes(header.runsRoot)
  opening.branch(branchIn(levelsOf(leaves, Math.log2(limits.blocksPerBatch)), index).siblings)
  return opening.finish()
}
