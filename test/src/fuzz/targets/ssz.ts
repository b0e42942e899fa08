import {
  ConversationEntryType,
  InboxItemType,
  MessageReceiptType,
  SealedBlockType,
  ShardType,
  SignedMessageType,
  SignedOperationType,
} from '@parley/protocol'
import { vectorChain } from '../../vectors/blocks.ts'
import { Seeded } from '../../vectors/seeded.ts'
import { create, fund } from '../../vectors/standing.ts'
import { accepted, assertSame, type FuzzTarget, refused } from '../target.ts'

interface SszType<T> {
  deserialize(bytes: Uint8Array): T
  serialize(value: T): Uint8Array
  hashTreeRoot(value: T): Uint8Array
}

/** The library refuses with errors of several classes and no code; what it accepts must come back byte for byte. */
function sszTarget<T>(name: string, weight: number, type: SszType<T>, values: readonly T[]): FuzzTarget {
  return {
    name,
    weight,
    corpus: values.map((value) => type.serialize(value)),
    run(input) {
      let value: T
      try {
        value = type.deserialize(input)
      } catch (error) {
        if (error instanceof RangeError && error.message.startsWith('Maximum call stack')) throw error
        return refused('SSZ')
      }
      assertSame(input, type.serialize(value), name)
      type.hashTreeRoot(value)
      return accepted
    },
  }
}

/** The types that others send us, by the SSZ library itself. */
export function sszTargets(): FuzzTarget[] {
  const chain = vectorChain()
  const random = new Seeded('parley fuzz/ssz')
  const message = { member: 1, content: random.bytes(32), signature: random.bytes(64) }
  const operations = [create(), fund()].map((operation) => ({
    operation,
    signatures: Array.from({ length: 3 }, () => random.bytes(64)),
  }))
  const entry = { position: 5n, block: 6n, timestamp: 7n, forced: false }
  const sealed = chain.built.map(({ block, witness }) => ({ block, witness, signature: random.bytes(65) }))
  const type = <T>(any: unknown): SszType<T> => any as SszType<T>
  return [
    sszTarget('ssz SignedMessage', 1, type(SignedMessageType), [
      { shard: 3, conversation: 0, nonce: 4n, ...message },
      { shard: 63, conversation: 2 ** 32 - 1, nonce: 2n ** 64n - 1n, ...message },
    ]),
    sszTarget('ssz SignedOperation', 3, type(SignedOperationType), operations),
    sszTarget('ssz MessageReceipt', 1, type(MessageReceiptType), [{ refusal: 0, block: 1n, value: 2n }]),
    sszTarget('ssz SealedBlock', 4, type(SealedBlockType), sealed),
    sszTarget('ssz ConversationEntry', 2, type(ConversationEntryType), [
      { ...entry, event: { selector: 0, value: message } },
      ...operations.map((value) => ({ ...entry, event: { selector: 1, value } })),
    ]),
    sszTarget(
      'ssz InboxItem',
      2,
      type(InboxItemType),
      chain.queue.map(({ item }) => item),
    ),
    sszTarget('ssz Shard', 2, type(ShardType), [chain.state.shards[3], chain.state.shards[4]]),
  ]
}
