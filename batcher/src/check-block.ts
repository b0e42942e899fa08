import {
  type BlockHeader,
  BlockHeaderType,
  type BlockView,
  type Bytes32,
  type FeeParameters,
  headerDigest,
  knownRules,
  type RunsView,
  runsRootOfView,
  type Schedule,
  type SignatureVerifier,
  sameBytes,
  segmentsOf,
  sequencerAt,
  unknownRules,
} from '@parley/protocol'
import { BatcherError } from './faults.ts'

/** What every block that is posted must be signed by and belong to. */
export interface BlockOrigin {
  /** EIP-712 separator of the deployment. */
  readonly separator: Bytes32
  readonly schedule: Schedule
  /** Of the rules that this version knows. */
  readonly fees: FeeParameters
  readonly lineage: Bytes32
  readonly verifier: SignatureVerifier
}

/**
 * Checks that a block is the sequencer's and follows `previous`.
 * @throws {BatcherError} naming the first thing wrong.
 */
export function checkSealedBlock(view: BlockView, previous: BlockHeader, origin: BlockOrigin): void {
  const expected = previous.number + 1n
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
  const segments = previous.segmentCount + BigInt(segmentsOf(view.runs.runs))
  if (header.segmentCount !== segments)
    throw new BatcherError({
      code: 'BLOCK_MISMATCH',
      block,
      field: 'segmentCount',
      expected: segments,
      received: header.segmentCount,
    })
  checkWitness(block, view.runs)
  assertKnownRules(header, origin)
  const digest = headerDigest(origin.separator, header)
  const { key } = sequencerAt(origin.schedule.keys, block)
  if (!origin.verifier.verifyOwner(key, digest, view.signature.subarray(0, 64)))
    throw new BatcherError({ code: 'BLOCK_UNSIGNED', block, sequencer: key })
}

/** What a block means under rules that this program does not know, it cannot tell. */
function assertKnownRules({ number, timestamp }: BlockHeader, { schedule, fees }: BlockOrigin): void {
  const unknown = unknownRules(schedule.rules, fees)
  if (unknown === undefined || timestamp < unknown.from) return
  throw new BatcherError({
    code: 'RULES_UNKNOWN',
    block: number,
    from: unknown.from,
    rules: unknown.number,
    known: knownRules,
  })
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
