import {
  type Block,
  type BlockHeader,
  BlockHeaderType,
  type Bytes20,
  type Bytes32,
  headerDigest,
  runsRoot,
  type SealedBlock,
  type SignatureVerifier,
  sameBytes,
  signaturesOf,
} from '@parley/protocol'
import { BatcherError } from './faults.ts'

/** What every block that is posted must be signed by and belong to. */
export interface BlockOrigin {
  /** EIP-712 separator of the deployment. */
  readonly separator: Bytes32
  readonly sequencer: Bytes20
  readonly lineage: Bytes32
  readonly verifier: SignatureVerifier
}

/** Checks that `sealed` is the sequencer's and follows `previous`. @throws {BatcherError} naming the first thing wrong. */
export function checkSealedBlock(sealed: SealedBlock, previous: BlockHeader, origin: BlockOrigin): void {
  const { header } = sealed.block
  const expected = previous.number + 1n
  if (header.number !== expected) throw new BatcherError({ code: 'BLOCK_GAP', expected, received: header.number })
  const block = header.number
  const parent = BlockHeaderType.hashTreeRoot(previous)
  if (!sameBytes(header.lineage, origin.lineage))
    throw new BatcherError({ code: 'BLOCK_LINEAGE', block, expected: origin.lineage, received: header.lineage })
  if (!sameBytes(header.parent, parent))
    throw new BatcherError({ code: 'BLOCK_UNLINKED', block, expected: parent, received: header.parent })
  const runs = runsRoot(sealed.block.runs)
  if (!sameBytes(header.runsRoot, runs))
    throw new BatcherError({
      code: 'BLOCK_MISMATCH',
      block,
      field: 'runsRoot',
      expected: runs,
      received: header.runsRoot,
    })
  checkWitness(sealed.block, sealed.witness)
  if (
    !origin.verifier.verifyOwner(
      origin.sequencer,
      headerDigest(origin.separator, header),
      sealed.signature.subarray(0, 64),
    )
  )
    throw new BatcherError({ code: 'BLOCK_UNSIGNED', block, sequencer: origin.sequencer })
}

/** The header says nothing of the signatures, so at least each must have its place. */
function checkWitness({ header, runs }: Block, witness: SealedBlock['witness']): void {
  const fault = (shard: number, segment: number, expected: number, received: number): BatcherError =>
    new BatcherError({ code: 'BLOCK_WITNESS', block: header.number, shard, segment, expected, received })
  if (witness.length !== runs.length) throw fault(0, 0, runs.length, witness.length)
  runs.forEach(({ shard, segments }, r) => {
    const given = witness[r] ?? []
    if (given.length !== segments.length) throw fault(shard, 0, segments.length, given.length)
    segments.forEach(({ body }, s) => {
      const expected = signaturesOf(body)
      const received = given[s]?.length ?? 0
      if (received !== expected) throw fault(shard, s, expected, received)
    })
  })
}
