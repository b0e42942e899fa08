import type { Address, Hex } from 'viem'
import { assertAddress, assertBytes } from '../l2/assert.ts'

/** What every action on the public inbox takes. */
export interface InboxParameters {
  /** Address of the public inbox. */
  readonly inbox: Address
}

/** An invite: metadata only. @see docs/spec/invites.md#delivery */
export interface InviteParameters extends InboxParameters {
  readonly recipient: Address
  /** SHA-256 of the encrypted envelope, 32 bytes, not 0. */
  readonly contentDigest: Hex
  /** Wei that the payer pays at most. */
  readonly maxFee: bigint
  /** What the recipient's gate asks for; nothing when left out. See `allowListData`, `attestationData`, `compositeData`. */
  readonly gateData?: Hex
}

/** The request as the contract takes it. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function requestOf({ recipient, contentDigest, maxFee, gateData = '0x' }: InviteParameters) {
  assertAddress('recipient', recipient)
  assertBytes('contentDigest', contentDigest, 32, 32)
  assertBytes('gateData', gateData, 0, maxGateDataBytes)
  return { recipient, contentDigest, maxFee, gateData }
}

/** Above anything that a gate of this version asks for. */
const maxGateDataBytes = 65_536
