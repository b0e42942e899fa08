import {
  malformedProofAbi,
  malformedProofBytecode,
  messageProofAbi,
  messageProofBytecode,
  operationProofAbi,
  operationProofBytecode,
  signatureProofAbi,
  signatureProofBytecode,
  stateRootProofAbi,
  stateRootProofBytecode,
} from '@parley/contracts'
import { type BlockHeader, type Bytes32, type ChainConfig, domainSeparator } from '@parley/protocol'
import { ProofKind } from '@parley/protocol/fraud'
import { type Abi, bytesToHex, type Hex } from 'viem'

/** What of each kind of proof is deployed. */
export const verifiers = {
  [ProofKind.messages]: { name: 'MessageProof', abi: messageProofAbi as Abi, bytecode: messageProofBytecode as Hex },
  [ProofKind.operation]: {
    name: 'OperationProof',
    abi: operationProofAbi as Abi,
    bytecode: operationProofBytecode as Hex,
  },
  [ProofKind.signature]: {
    name: 'SignatureProof',
    abi: signatureProofAbi as Abi,
    bytecode: signatureProofBytecode as Hex,
  },
  [ProofKind.stateRoot]: {
    name: 'StateRootProof',
    abi: stateRootProofAbi as Abi,
    bytecode: stateRootProofBytecode as Hex,
  },
  [ProofKind.malformed]: {
    name: 'MalformedProof',
    abi: malformedProofAbi as Abi,
    bytecode: malformedProofBytecode as Hex,
  },
} as const

export type VerifiedKind = keyof typeof verifiers

/** What a claim and its parent say, as far as proofs are held against it. */
export interface ProofCase {
  readonly config: ChainConfig
  readonly lineage: Bytes32
  readonly coreRoot: Bytes32
  readonly witnessRoot: Bytes32
  readonly before: BlockHeader
  readonly last: BlockHeader
  /** Contract that answers for the queue; an address without code where no proof asks it. */
  readonly queue?: Hex
}

/** The case as the verifiers take it. */
export function caseArgument(proofCase: ProofCase): unknown {
  const { config, lineage, coreRoot, witnessRoot, before, last, queue } = proofCase
  return hexFields({
    chainId: config.chainId,
    inbox: queue ?? bytesToHex(config.inbox),
    separator: domainSeparator(config.chainId, config.inbox),
    fees: config.fees,
    forceDelayMs: config.forceDelayMs,
    lineage,
    coreRoot,
    witnessRoot,
    before,
    last,
  })
}

/** The value with its bytes as hex, as viem takes them. */
export function hexFields(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, hexFields(field)]))
}
