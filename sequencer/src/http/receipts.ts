import type { Outcome } from '@parley/execution'
import { messageReceiptBytes, refusalNumbers, TransitionError, type TransitionFault } from '@parley/protocol'

/** What a fault expected, or 0 where there is nothing to say. */
export function expectedBy(fault: TransitionFault): bigint {
  switch (fault.code) {
    case 'NONCE_MISMATCH':
    case 'EPOCH_MISMATCH':
      return fault.expected
    case 'PRICE_OVER_LIMIT':
      return fault.limit
    case 'ALLOWANCE_TOO_LOW':
      return fault.allowance
    case 'BALANCE_TOO_LOW':
      return fault.balance
    case 'SIGNATURE_COUNT':
      return BigInt(fault.expected)
    default:
      return 0n
  }
}

/** Outcomes as concatenated `MessageReceipt`s: refusal uint8, block uint64, value uint64, little-endian as SSZ has it. */
export function encodeReceipts(outcomes: readonly Outcome[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageReceiptBytes * outcomes.length)
  outcomes.forEach((outcome, i) => {
    const offset = messageReceiptBytes * i
    bytes.writeUInt8(outcome.accepted ? 0 : refusalNumbers[outcome.fault.code], offset)
    bytes.writeBigUInt64LE(outcome.accepted ? outcome.block : 0n, offset + 1)
    bytes.writeBigUInt64LE(outcome.accepted ? outcome.position : expectedBy(outcome.fault), offset + 9)
  })
  return bytes
}

/** An outcome for people. */
export function jsonOfOutcome(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (!outcome.accepted) return { accepted: false, fault: new TransitionError(outcome.fault).toJSON() }
  return { accepted: true, block: String(outcome.block), position: String(outcome.position) }
}

/** How many outcomes were refused for a signature that does not hold. */
export function junkIn(outcomes: readonly Outcome[]): number {
  let junk = 0
  for (const outcome of outcomes) if (!outcome.accepted && outcome.fault.code === 'SIGNATURE_INVALID') junk += 1
  return junk
}
