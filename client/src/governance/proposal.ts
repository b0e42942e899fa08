import { treasuryAbi } from '@parley/contracts'
import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  keccak256,
  stringToHex,
} from 'viem'
import { assertAddress, assertBytes, assertThat, assertWithin } from '../l2/assert.ts'
import type { TreasuryParameters } from '../treasury/parameters.ts'

/** One thing that the timelock does when the vote is won. */
export interface ProposedCall {
  readonly target: Address
  /** Wei sent along from the timelock's own money. */
  readonly value: bigint
  readonly data: Hex
}

/** What is voted on: named by all of it, so queuing and executing take it whole again. */
export interface Proposal {
  /** 1 to 16, done in order. */
  readonly calls: readonly ProposedCall[]
  /** Not empty; the proposer is added to it. */
  readonly description: string
  /** Who alone may propose it: otherwise anyone who sees it coming could propose it first and cancel it, for ever. */
  readonly proposer: Address
}

const maxCalls = 16
const maxDataBytes = 65_536

/** The proposal as the governor takes it. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function partsOf({ calls, description, proposer }: Proposal) {
  assertWithin('calls', calls.length, 1, maxCalls)
  assertThat('description', description.length > 0, 'is empty')
  assertAddress('proposer', proposer)
  for (const [i, { target, data }] of calls.entries()) {
    assertAddress(`calls[${i}].target`, target)
    assertBytes(`calls[${i}].data`, data, 0, maxDataBytes)
  }
  const signed = `${description} #proposer=${proposer.toLowerCase()}`
  return {
    description: signed,
    targets: calls.map(({ target }) => target),
    values: calls.map(({ value }) => value),
    calldatas: calls.map(({ data }) => data),
    descriptionHash: keccak256(stringToHex(signed)),
  }
}

/** Number of a proposal, as the governor counts it. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function proposalIdOf(proposal: Proposal): bigint {
  const { targets, values, calldatas, descriptionHash } = partsOf(proposal)
  const types = [{ type: 'address[]' }, { type: 'uint256[]' }, { type: 'bytes[]' }, { type: 'bytes32' }] as const
  return hexToBigInt(keccak256(encodeAbiParameters(types, [targets, values, calldatas, descriptionHash])))
}

export interface SpendingParameters extends TreasuryParameters {
  readonly recipient: Address
  /** Wei. */
  readonly amount: bigint
  /** Told by the treasury's event. */
  readonly reason: string
}

/** The call that spends from the treasury, to be proposed. @throws {ClientError} `ARGUMENT_INVALID`. */
export function spending({ treasury, recipient, amount, reason }: SpendingParameters): ProposedCall {
  assertAddress('recipient', recipient)
  const args = [recipient, amount, reason] as const
  return { target: treasury, value: 0n, data: encodeFunctionData({ abi: treasuryAbi, functionName: 'spend', args }) }
}
