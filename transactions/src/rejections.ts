import type { Broadcast } from './chain.ts'
import { refusalOf } from './node-answers.ts'

// JSON-RPC has no codes for why a transaction is not taken; these are the words of geth (and op-geth), reth, Nethermind,
// Besu, Erigon and anvil. Words that are none of these are no certain answer.
const accepted = /already known|already imported|known transaction|alreadyknown|already exists in the pool/i
const nonceUsed = /nonce too low|nonce is too low|oldnonce|nonce already used/i
const underpriced =
  /underpriced|feetoolowtocompete|replacementnotallowed|less than block base fee|below.*base fee|max fee per gas less/i
const refused =
  /insufficient funds|insufficientfunds|upfront cost exceeds|intrinsic gas|gas limit reached|exceeds block gas limit|gas limit too high|gas limit is too high|gaslimitexceeded|transaction gas limit|exceeds the configured cap|oversized|invalid sender|invalid chain id|initcode|nonce too high/i

/** What a node's refusal of a signed transaction means; undefined when that is not certain. */
export function readRejection(error: unknown): Broadcast | undefined {
  const text = refusalOf(error)
  if (text === undefined) return undefined
  if (accepted.test(text)) return { kind: 'accepted' }
  if (nonceUsed.test(text)) return { kind: 'nonceUsed', reason: text }
  if (underpriced.test(text)) return { kind: 'underpriced', reason: text }
  if (refused.test(text)) return { kind: 'refused', reason: text }
  return undefined
}
