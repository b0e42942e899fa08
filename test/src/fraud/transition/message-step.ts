import { type Message, type Shard, ShardType, TransitionError } from '@parley/protocol'
import { openingsOf, ProofKind, packMessages, type Surroundings, witnessOfMessages } from '@parley/protocol/fraud'
import { applyMessages, blockContext } from '@parley/protocol/reference'
import type { Random } from '../../fuzz/random.ts'
import { config } from '../../vectors/people.ts'
import type { Evm } from '../evm.ts'
import { assertSame, credulous, type Outcome } from './outcome.ts'

export function randomMessages(
  random: Random,
  shard: Shard,
  some = random.below(3) === 0 ? 32 : random.below(6),
): Message[] {
  return Array.from({ length: some }, () => {
    const stranger = random.below(40) === 0
    const conversation = random.below(shard.conversations.length + (stranger ? 1 : 0) || 1)
    const members = shard.conversations[conversation]?.members ?? []
    const speaking = members.flatMap(({ role }, slot) => (role > 0 ? [slot] : []))
    const slot =
      random.below(30) === 0 ? random.below(members.length + 1) : speaking[random.below(speaking.length || 1)]
    return { conversation, member: slot ?? 0, content: random.bytes(32) }
  })
}

function reference(shard: Shard, messages: readonly Message[], around: Surroundings): Outcome {
  const copy = ShardType.clone(shard)
  const signatures = messages.map(() => new Uint8Array(64))
  try {
    applyMessages(
      copy,
      around.shard,
      messages,
      signatures,
      blockContext(config, credulous, around.timestamp, around.prices),
    )
    return { code: undefined, root: ShardType.hashTreeRoot(copy) }
  } catch (error) {
    if (error instanceof TransitionError) return { code: error.fault.code, root: undefined }
    throw error
  }
}

/** Executes messages by the reference, by the writer of proofs and by Solidity. @returns the code of the refusal. */
export async function messageStep(
  evm: Evm,
  shard: Shard,
  messages: readonly Message[],
  around: Surroundings,
): Promise<string | undefined> {
  const expected = reference(shard, messages, around)
  const { witness, executed } = witnessOfMessages(messages, openingsOf(shard), around)
  const written: Outcome = executed.valid
    ? { code: undefined, root: executed.postRoot }
    : { code: executed.code, root: undefined }
  assertSame('the writer', expected, written)
  const root = await evm.execute(
    ProofKind.messages,
    around,
    ShardType.hashTreeRoot(shard),
    packMessages(messages),
    witness,
  )
  assertSame('Solidity', expected, { code: expected.code, root })
  return expected.code
}
