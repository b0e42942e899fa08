import {
  type BatchClaim,
  type Block,
  type BlockHeader,
  BlockHeaderType,
  type BlockWitness,
  type Bytes32,
  CodecError,
  completeBlocks,
  coreRootOfHeaders,
  decodeWitness,
  type InboxWindow,
  sameBytes,
  witnessRoot,
} from '@parley/protocol'
import { type BatchPart, NodeError } from '../faults.ts'
import type { VerifiedState } from '../store/chain-records.ts'
import type { FetchedBatch } from './batch-fetcher.ts'

/** The blocks and signatures that a claim commits to. */
export interface ClaimedBlocks {
  readonly blocks: readonly Block[]
  readonly witness: readonly BlockWitness[]
}

/**
 * Completes what was fetched and compares it with the claim's two roots.
 * @param layerOf - Names of the layers, for faults.
 * @throws {NodeError} `DATA_MISMATCH`, `DATA_UNDECODABLE`: it is not what was claimed, so it counts as not served.
 */
export function readClaim(
  claim: BatchClaim,
  fetched: FetchedBatch,
  state: VerifiedState,
  window: InboxWindow,
  layerOf: (part: BatchPart) => string,
): ClaimedBlocks {
  const demand = (part: BatchPart, expected: Bytes32, received: Bytes32): void => {
    if (!sameBytes(expected, received))
      throw new NodeError({
        code: 'DATA_MISMATCH',
        claim: claim.number,
        part,
        layer: layerOf(part),
        expected,
        received,
      })
  }
  const blocks = completeBlocks(fetched.core, state, window, claim.lineage)
  demand('core', claim.coreRoot, coreRootOfHeaders(blocks.map(({ header }) => header)))
  const witness = readWitness(claim, fetched, layerOf)
  demand('witness', claim.witnessRoot, witnessRoot(witness))
  return { blocks, witness }
}

function readWitness(
  claim: BatchClaim,
  fetched: FetchedBatch,
  layerOf: (part: BatchPart) => string,
): readonly BlockWitness[] {
  try {
    return decodeWitness(fetched.witness, fetched.core)
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new NodeError(
      {
        code: 'DATA_UNDECODABLE',
        claim: claim.number,
        part: 'witness',
        layer: layerOf('witness'),
        fault: cause.fault,
      },
      { cause },
    )
  }
}

const fields = ['number', 'timestamp', 'inboxCount', 'parent', 'lineage', 'inboxHash', 'runsRoot', 'stateRoot'] as const

/** Checks that the batch ends in the header the claim names. @throws {NodeError} `CLAIM_LAST_HEADER`: the claim is wrong. */
export function checkLastHeader(claim: BatchClaim, last: BlockHeader): void {
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
