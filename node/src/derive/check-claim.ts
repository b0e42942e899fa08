import {
  type BatchClaim,
  type BlockHeader,
  BlockHeaderType,
  type Bytes32,
  CodecError,
  completeColumns,
  coreRootOfHeaders,
  decodeSignatures,
  type InboxWindow,
  limits,
  sameBytes,
  signaturesOfColumns,
  type ViewedBlock,
  witnessRootOfViews,
} from '@parley/protocol'
import { type BatchPart, NodeError } from '../faults.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { FetchedBatch } from './batch-fetcher.ts'

/**
 * Completes what was fetched and compares it with the claim's two roots.
 * @param sourceOf - Names of those who served the parts, for faults.
 * @returns the blocks and signatures that the claim commits to.
 * @throws {NodeError} `DATA_MISMATCH`, `DATA_UNDECODABLE`: it is not what was claimed, so it counts as not served.
 */
export function readClaim(
  claim: BatchClaim,
  fetched: Pick<FetchedBatch, 'core' | 'witness'>,
  state: VerifiedState,
  window: InboxWindow,
  sourceOf: (part: BatchPart) => string,
): readonly ViewedBlock[] {
  const demand = (part: BatchPart, expected: Bytes32, received: Bytes32): void => {
    if (!sameBytes(expected, received))
      throw new NodeError({
        code: 'DATA_MISMATCH',
        claim: claim.number,
        part,
        source: sourceOf(part),
        expected,
        received,
      })
  }
  const signatures = readSignatures(fetched)
  // Whether signatures have the shape of the core matters only once the core is known to be the right one.
  const signed = signatures instanceof CodecError ? undefined : signatures
  const blocks = completeColumns(fetched.core, signed, state, window, claim.lineage)
  demand('core', claim.coreRoot, coreRootOfHeaders(blocks.map(({ header }) => header)))
  if (signatures instanceof CodecError) throw undecodableWitness(claim, signatures, sourceOf('witness'))
  demand('witness', claim.witnessRoot, witnessRootOfViews(blocks.map(({ runs }) => runs)))
  return blocks
}

function readSignatures({ core, witness }: Pick<FetchedBatch, 'core' | 'witness'>): Uint8Array | CodecError {
  try {
    return decodeSignatures(witness, signaturesOfColumns(core))
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    return cause
  }
}

function undecodableWitness({ number }: BatchClaim, cause: CodecError, source: string): NodeError {
  return new NodeError(
    { code: 'DATA_UNDECODABLE', claim: number, part: 'witness', source, fault: cause.fault },
    { cause },
  )
}

const fields = [
  'number',
  'timestamp',
  'inboxCount',
  'segmentCount',
  'parent',
  'lineage',
  'inboxHash',
  'runsRoot',
  'stateRoot',
] as const

/**
 * Checks that the batch ends in the header the claim names and is no larger than a batch may be.
 * @param parent - The header that the batch follows.
 * @throws {NodeError} `CLAIM_LAST_HEADER`, `CLAIM_TOO_LARGE`: the claim is wrong.
 */
export function checkLastHeader(claim: BatchClaim, last: BlockHeader, parent: BlockHeader): void {
  checkSameHeader(claim, last)
  const segments = last.segmentCount - parent.segmentCount
  if (segments > limits.segmentsPerBatch)
    throw new NodeError({
      code: 'CLAIM_TOO_LARGE',
      claim: claim.number,
      segments,
      maximum: limits.segmentsPerBatch,
    })
}

function checkSameHeader(claim: BatchClaim, last: BlockHeader): void {
  const received = BlockHeaderType.hashTreeRoot(claim.lastHeader)
  const expected = BlockHeaderType.hashTreeRoot(last)
  if (sameBytes(expected, received)) return
  const named = fields.find((field) => !same(last[field], claim.lastHeader[field]))
  throw new NodeError({
    code: 'CLAIM_LAST_HEADER',
    claim: claim.number,
    field: named ?? 'prices',
    expected: named === undefined ? expected : last[named],
    received: named === undefined ? received : claim.lastHeader[named],
  })
}

function same(a: bigint | Uint8Array, b: bigint | Uint8Array): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? sameBytes(a, b) : a === b
}
