import {
  type BlockHeader,
  type ClaimRequest,
  coreRoot,
  encodeCore,
  encodeWitness,
  type SealedBlock,
  type Settlement,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { eventually } from './eventually.ts'
import { forever } from './l2.ts'
import type { Rollup } from './rollup.ts'

/** What a batch claims: blocks as they are told, under a header and its signature. */
export interface ToldBatch {
  readonly blocks: readonly Pick<SealedBlock, 'block' | 'witness'>[]
  readonly lastHeader: BlockHeader
  readonly signature: Uint8Array
}

/** A batch of blocks as they were sealed. */
export function batchOf(blocks: readonly SealedBlock[]): ToldBatch {
  const last = blocks.at(-1)
  if (last === undefined) throw new RangeError('a batch has a block')
  return { blocks, lastHeader: last.block.header, signature: last.signature }
}

/** Publishes a batch and makes of it the claim that follows the head. */
export async function claimOf(
  { da }: Pick<Rollup, 'da'>,
  claimer: Settlement,
  { blocks, lastHeader, signature }: ToldBatch,
): Promise<ClaimRequest> {
  const [head, lineage] = await Promise.all([claimer.head(forever), claimer.lineage(forever)])
  const core = blocks.map(({ block }) => block)
  const witness = blocks.map((each) => each.witness)
  const place = async (bytes: Uint8Array) => ({
    layer: da.layer,
    pointer: (await da.submit(bytes, {}, forever)).pointer,
  })
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: coreRoot(core),
    witnessRoot: witnessRoot(witness),
    lastHeader,
    core: await place(encodeCore(core.map(skeletonOf))),
    witness: await place(encodeWitness(witness)),
    signature,
  }
}

/** The blocks after the claim at the head, `count` of them, once they are sealed. */
export async function unclaimed(
  { client }: Pick<Rollup, 'client'>,
  claimer: Settlement,
  count = 1,
): Promise<SealedBlock[]> {
  const { number } = (await claimer.head(forever)).lastHeader
  const numbers = Array.from({ length: count }, (_, i) => number + BigInt(i) + 1n)
  return Promise.all(numbers.map((each) => eventually(`block ${each}`, () => client.block(each))))
}

/** With no signature of its last block as it was made. */
export function withBadSignatures(blocks: readonly SealedBlock[]): ToldBatch {
  const spoilt = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte))
  const told = blocks.map(({ block, witness }) => ({
    block,
    witness: witness.map((run) => run.map((list) => list.map(spoilt))),
  }))
  return { ...batchOf(blocks), blocks: told }
}
