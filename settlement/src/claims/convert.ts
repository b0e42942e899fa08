import type { rollupAbi } from '@parley/contracts'
import type { BatchClaim, BlockHeader, Bytes32, ClaimRequest, DataPart } from '@parley/protocol'
import {
  bytesToHex,
  type ContractFunctionArgs,
  type DecodeEventLogReturnType,
  encodeAbiParameters,
  hexToBytes,
  keccak256,
} from 'viem'
import { claimedEvent } from './events.ts'

/** A header as viem reads and writes it. */
export type AbiHeader = AbiClaim['lastHeader']
/** A claim as viem reads and writes it. */
export type AbiClaim = DecodeEventLogReturnType<typeof rollupAbi, 'Claimed'>['args']['claim']
/** A request for a claim as viem writes it. */
export type AbiClaimRequest = ContractFunctionArgs<typeof rollupAbi, 'nonpayable', 'claim'>[0]

export function headerFromAbi(header: AbiHeader): BlockHeader {
  return {
    number: header.number,
    parent: hexToBytes(header.parent),
    timestamp: header.timestamp,
    lineage: hexToBytes(header.lineage),
    inboxCount: header.inboxCount,
    segmentCount: header.segmentCount,
    inboxHash: hexToBytes(header.inboxHash),
    prices: header.prices,
    runsRoot: hexToBytes(header.runsRoot),
    stateRoot: hexToBytes(header.stateRoot),
  }
}

export function headerToAbi(header: BlockHeader): AbiHeader {
  return {
    number: header.number,
    parent: bytesToHex(header.parent),
    timestamp: header.timestamp,
    lineage: bytesToHex(header.lineage),
    inboxCount: header.inboxCount,
    segmentCount: header.segmentCount,
    inboxHash: bytesToHex(header.inboxHash),
    prices: header.prices,
    runsRoot: bytesToHex(header.runsRoot),
    stateRoot: bytesToHex(header.stateRoot),
  }
}

const partFromAbi = (part: AbiClaim['core']): DataPart => ({ layer: part.layer, pointer: hexToBytes(part.pointer) })
const partToAbi = (part: DataPart): AbiClaim['core'] => ({ layer: part.layer, pointer: bytesToHex(part.pointer) })

export function claimFromAbi(claim: AbiClaim): BatchClaim {
  return {
    number: claim.number,
    parent: hexToBytes(claim.parent),
    lineage: hexToBytes(claim.lineage),
    coreRoot: hexToBytes(claim.coreRoot),
    witnessRoot: hexToBytes(claim.witnessRoot),
    lastHeader: headerFromAbi(claim.lastHeader),
    core: partFromAbi(claim.core),
    witness: partFromAbi(claim.witness),
    windows: claim.windows,
    claimer: hexToBytes(claim.claimer),
    claimedAt: claim.claimedAt,
  }
}

export function requestToAbi(request: Omit<ClaimRequest, 'signature'>): AbiClaimRequest {
  return {
    number: request.number,
    parent: bytesToHex(request.parent),
    lineage: bytesToHex(request.lineage),
    coreRoot: bytesToHex(request.coreRoot),
    witnessRoot: bytesToHex(request.witnessRoot),
    lastHeader: headerToAbi(request.lastHeader),
    core: partToAbi(request.core),
    witness: partToAbi(request.witness),
  }
}

export function claimToAbi(claim: BatchClaim): AbiClaim {
  return {
    ...requestToAbi(claim),
    windows: claim.windows,
    claimer: bytesToHex(claim.claimer),
    claimedAt: claim.claimedAt,
  }
}

/** What the rollup stores of a claim: keccak256 of its ABI encoding. */
export function claimHash(claim: BatchClaim): Bytes32 {
  return keccak256(encodeAbiParameters([claimedEvent.inputs[2]], [claimToAbi(claim)]), 'bytes')
}
