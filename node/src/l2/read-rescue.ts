import {
  type BatchClaim,
  type Bytes32,
  CodecError,
  coreRootOfHeaders,
  type RescuedRun,
  rescuedBlock,
  runsRootOfView,
  sameBytes,
  type ViewedBlock,
  witnessRootOfViews,
} from '@parley/protocol'
import { type BatchPart, NodeError } from '../faults.ts'

/**
 * The block of a claim that a rescue made, held to the claim's two roots: what its event told is all of it.
 * @throws {NodeError} `RESCUE_MISMATCH`, `RESCUE_UNREADABLE`: the L2 told something else than its contract took.
 */
export function readRescue(claim: BatchClaim, runs: readonly RescuedRun[]): ViewedBlock {
  const demand = (part: BatchPart, expected: Bytes32, received: Bytes32): void => {
    if (!sameBytes(expected, received))
      throw new NodeError({ code: 'RESCUE_MISMATCH', claim: claim.number, part, expected, received })
  }
  const block = blockOf(claim, runs)
  const header = { ...block.header, runsRoot: runsRootOfView(block.runs) }
  demand('core', claim.coreRoot, coreRootOfHeaders([header]))
  demand('witness', claim.witnessRoot, witnessRootOfViews([block.runs]))
  return block
}

function blockOf({ number, lastHeader }: BatchClaim, runs: readonly RescuedRun[]): ViewedBlock {
  try {
    return rescuedBlock(lastHeader, runs)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new NodeError({ code: 'RESCUE_UNREADABLE', claim: number, reason: error.message }, { cause: error })
  }
}
