import type { SignatureVerifier } from '../signing/verifier.ts'
import type { Bytes32, Signature } from '../ssz/primitives.ts'
import { enteringKeys } from '../types/operation.ts'
import type { Conversation } from '../types/state.ts'
import { type HistoryEntry, HistoryWalk } from './history-walk.ts'

/** An entry with its signatures: the signer's, then of a change the consents; undefined when they are not to be checked. */
export type SignedHistoryEntry = HistoryEntry & { readonly signatures: readonly Signature[] | undefined }

/** What the signatures of a record say. */
export interface HistorySignatures {
  /** Entries whose signatures all hold. */
  readonly valid: number
  /**
   * Entries whose signer's key nobody can know from the record: a founder whose slot was emptied or
   * whose key was exchanged since. Consents in them
   * were checked.
   */
  readonly keyless: number
  /** Place of the first entry with a signature that does not hold, one too many or one too few. */
  readonly invalid: number | undefined
}

/**
 * Checks the signatures of a record that {@link findHistoryGap} found complete, each by the key that its slot had then.
 * Keys come from the record, and a founder's from the conversation while its slot was never emptied
 * and its key never exchanged.
 */
export function checkHistorySignatures(
  chainId: bigint,
  conversation: Conversation,
  initialMembers: number,
  history: readonly SignedHistoryEntry[],
  verifier: SignatureVerifier,
): HistorySignatures {
  const walk = new HistoryWalk(chainId, conversation.id, initialMembers)
  const keys = foundersKeys(conversation, initialMembers, history)
  let valid = 0
  let keyless = 0
  for (const [place, entry] of history.entries()) {
    const digests = walk.step(entry)
    if (digests === undefined) return { valid, keyless, invalid: place }
    const signers = signersOf(entry, keys)
    if (entry.signatures !== undefined) {
      if (!areSigned(digests, signers, entry.signatures, verifier)) return { valid, keyless, invalid: place }
      if (signers[0] === undefined) keyless += 1
      else valid += 1
    }
    if (entry.kind === 'change') {
      for (const { slot } of entry.change.remove) keys.delete(slot)
      for (const { slot, key } of enteringKeys(entry.change)) keys.set(slot, key)
    }
  }
  return { valid, keyless, invalid: undefined }
}

function foundersKeys(
  { members }: Conversation,
  initialMembers: number,
  history: readonly HistoryEntry[],
): Map<number, Bytes32> {
  const keys = new Map(members.slice(0, initialMembers).map(({ key }, slot) => [slot, key]))
  for (const entry of history)
    if (entry.kind === 'change') {
      for (const { slot } of entry.change.remove) keys.delete(slot)
      if (entry.change.exchange.length > 0) keys.delete(entry.change.signer)
    }
  return keys
}

/** Keys in the order of an entry's signatures; the first is undefined when it cannot be known. */
function signersOf(entry: HistoryEntry, keys: ReadonlyMap<number, Bytes32>): readonly (Bytes32 | undefined)[] {
  if (entry.kind === 'message') return [keys.get(entry.member)]
  return [keys.get(entry.change.signer), ...enteringKeys(entry.change).map(({ key }) => key)]
}

function areSigned(
  digests: readonly Bytes32[],
  signers: readonly (Bytes32 | undefined)[],
  signatures: readonly Signature[],
  verifier: SignatureVerifier,
): boolean {
  if (signatures.length !== digests.length) return false
  return digests.every((digest, i) => {
    const key = signers[i]
    return key === undefined ? i === 0 : verifier.verifyMember(key, digest, signatures[i] as Signature)
  })
}
