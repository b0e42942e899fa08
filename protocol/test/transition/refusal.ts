import type { Message, Operation, Shard, TransitionFault } from '../../src/index.ts'
import { applyMessages, applyOperation } from '../../src/reference.ts'
import { digestOf, type Signer } from '../support/keys.ts'
import { atMs, keys, shardIndex, sign, signMessage, standingShard } from '../support/world.ts'

export const now = 1_000_000n
export const top = 2n ** 64n - 1n

export type Prepare = (shard: Shard) => void

/** Something that the standing shard refuses, and why. */
export interface Row {
  readonly why: string
  readonly fault: TransitionFault
  readonly prepare?: Prepare
  readonly act: (shard: Shard) => void
  /** A shard too large to hash. */
  readonly huge?: true
}

export const operate =
  (operation: Operation, ...signers: readonly Signer[]) =>
  (shard: Shard): void =>
    applyOperation(shard, shardIndex, operation, sign(operation, signers, shard.conversations[0]), atMs(now))

export const say =
  (message: Partial<Message>, signer: Signer = keys.talker) =>
  (shard: Shard): void => {
    const whole = { conversation: 0, member: 1, content: digestOf('hello'), ...message }
    const [conversation] = standingShard().conversations
    applyMessages(shard, shardIndex, [whole], [signMessage(conversation!, whole, signer)], atMs(now))
  }

export const range = (field: string, value: number, minimum: number, maximum: number): TransitionFault => ({
  code: 'FIELD_OUT_OF_RANGE',
  field,
  value,
  minimum,
  maximum,
})
