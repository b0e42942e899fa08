import { BodyKind, type Message, type Shard, ShardType, type Signature, type SignatureVerifier } from '@parley/protocol'
import { openingsOf, ProofKind, packMessages, type Surroundings, witnessOfMessages } from '@parley/protocol/fraud'
import { applyMessages, blockContext } from '@parley/protocol/reference'
import type { Random } from '../../fuzz/random.ts'
import { config, signMessage } from '../../vectors/people.ts'
import { people } from '../random-shard.ts'
import { assertSame, credulous, type Expected, expectedOf, type Outcome } from './outcome.ts'
import type { Parties } from './parties.ts'
import { type Signed, signedBy } from './signed.ts'

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

/** Signatures of the messages by whoever has the keys; a spoilt one now and then. */
function sign(random: Random, shard: Shard, messages: readonly Message[]): Signed {
  const said = new Map<string, bigint>()
  return signedBy(
    random,
    messages.map((message) => {
      const conversation = shard.conversations[message.conversation]
      const held = conversation?.members[message.member]
      const slot = `${message.conversation}/${message.member}`
      const before = said.get(slot) ?? 0n
      said.set(slot, before + 1n)
      const nonce = BigInt.asUintN(64, (held?.nonce ?? 0n) + before)
      return {
        name: held?.key,
        sign: () =>
          conversation === undefined ? undefined : signMessage(conversation, message, nonce, people(held?.key)),
      }
    }),
  )
}

function reference(
  shard: Shard,
  messages: readonly Message[],
  signatures: readonly Signature[],
  around: Surroundings,
  verifier: SignatureVerifier,
): Expected {
  return expectedOf(() => {
    const copy = ShardType.clone(shard)
    const context = blockContext(config, verifier, around.timestamp, around.prices)
    applyMessages(copy, around.shard, messages, signatures, context)
    return ShardType.hashTreeRoot(copy)
  })
}

/** Executes messages by the reference, the writer of proofs, Solidity and the lanes. @returns the code of the refusal. */
export async function messageStep(
  { evm, lanes, verifier }: Parties,
  random: Random,
  shard: Shard,
  around: Surroundings,
): Promise<string | undefined> {
  const messages = randomMessages(random, shard)
  const { signatures, hold } = sign(random, shard, messages)
  const expected = reference(shard, messages, signatures, around, credulous)
  const { witness, executed } = witnessOfMessages(messages, openingsOf(shard), around)
  const written: Outcome = executed.valid
    ? { code: undefined, root: executed.postRoot }
    : { code: executed.code, root: undefined }
  assertSame('the writer', expected, written)
  // Unlike the contract, the lanes check signatures.
  const signed = hold ? expected : reference(shard, messages, signatures, around, verifier)
  const preRoot = ShardType.hashTreeRoot(shard)
  const body = { selector: BodyKind.messages, value: messages } as const
  const [root] = await Promise.all([
    evm.execute(ProofKind.messages, around, preRoot, packMessages(messages), witness),
    lanes.compare({ shard, body, signatures, around }, preRoot, signed),
  ])
  assertSame('Solidity', expected, { code: expected.code, root })
  return expected.code
}
