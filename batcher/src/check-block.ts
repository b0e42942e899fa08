import {
  type BlockHeader,
  BlockHeaderType,
  type BlockView,
  type Bytes20,
  type Bytes32,
  CodecError,
  headerDigest,
  type RunsView,
  runsRootOfView,
  type SealedBlock,
  type SignatureVerifier,
  sameBytes,
  viewOf,
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

/**
 * Checks that `sealed` is the sequencer's and follows `previous`.
 * @returns its bytes, taken apart as far as a batch needs.
 * @throws {BatcherError} naming the first thing wrong.
 */
export function checkSealedBlock(sealed: SealedBlock, previous: BlockHeader, origin: BlockOrigin): BlockView {
  const expected = previous.number + 1n
  const view = readable(sealed, expected)
  const { header } = view
  if (header.number !== expected) throw new BatcherError({ code: 'BLOCK_GAP', expected, received: header.number })
  const block = header.number
  const parent = BlockHeaderType.hashTreeRoot(previous)
  if (!sameBytes(header.lineage, origin.lineage))
    throw new BatcherError({ code: 'BLOCK_LINEAGE', block, expected: origin.lineage, received: header.lineage })
  if (!sameBytes(header.parent, parent))
    throw new BatcherError({ code: 'BLOCK_UNLINKED', block, expected: parent, received: header.parent })
  const runs = runsRootOfView(view.runs)
  if (!sameBytes(header.runsRoot, runs))
    throw new BatcherError({
      code: 'BLOCK_MISMATCH',
      block,
      field: 'runsRoot',
      expected: runs,
      received: header.runsRoot,
    })
  checkWitness(block, view.runs)
  const digest = headerDigest(origin.separator, header)
  if (!origin.verifier.verifyOwner(origin.sequencer, digest, view.signature.subarray(0, 64)))
    throw new BatcherError({ code: 'BLOCK_UNSIGNED', block, sequencer: origin.sequencer })
  return view
}

function readable(sealed: SealedBlock, block: bigint): BlockView {
  try {
    return viewOf(sealed)
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new BatcherError({ code: 'BLOCK_UNREADABLE', block, reason: cause.fault.code }, { cause })
  }
}

/** The header says nothing of the signatures, so at least each must have its place. */
function checkWitness(block: bigint, view: RunsView): void {
  for (const { shard, segments } of view.runs)
    segments.forEach((segment, s) => {
      const expected = view.signaturesNeeded(segment)
      const received = segment.signatureCount
      if (received !== expected)
        throw new BatcherError({ code: 'BLOCK_WITNESS', block, shard, segment: s, expected, received })
    })
}
