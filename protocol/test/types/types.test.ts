import type { CompositeType } from '@chainsafe/ssz'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AccountType,
  BlockHeaderType,
  ChangeMembersType,
  ConversationType,
  CoreType,
  InboxItemType,
  MemberType,
  MessageReceiptType,
  MessageType,
  messageReceiptBytes,
  OperationType,
  PricesType,
  RunType,
  refusalNumbers,
  SegmentType,
  ShardType,
  SignedMessageType,
  type State,
  StateOfRootsType,
  StateType,
  signedMessageBytes,
  transitionFaults,
  WitnessType,
} from '../../src/index.ts'
import { arbitraryOf } from '../support/arbitraries.ts'
import { independentRoot } from '../support/independent-ssz.ts'
import { schemas } from '../support/schemas.ts'
import { seed } from '../support/seed.ts'

type AnyType = CompositeType<unknown, unknown, unknown>
const types: { readonly [name in keyof typeof schemas]: unknown } = {
  Member: MemberType,
  Conversation: ConversationType,
  Account: AccountType,
  Shard: ShardType,
  Prices: PricesType,
  State: StateType,
  Message: MessageType,
  ChangeMembers: ChangeMembersType,
  Operation: OperationType,
  InboxItem: InboxItemType,
  Segment: SegmentType,
  Run: RunType,
  BlockHeader: BlockHeaderType,
  Core: CoreType,
  Witness: WitnessType,
}
const names = Object.keys(schemas) as (keyof typeof schemas)[]

test.each(names)(`%s › has the root that SSZ by node:crypto gives, and survives its bytes (seed ${seed})`, (name) => {
  const type = types[name] as AnyType
  fc.assert(
    fc.property(arbitraryOf(schemas[name], name === 'State' ? 1 : 2), (value) => {
      const root = type.hashTreeRoot(value)
      expect(root).toEqual(independentRoot(schemas[name], value))
      expect(type.hashTreeRoot(type.deserialize(type.serialize(value)))).toEqual(root)
    }),
    { numRuns: name === 'State' ? 3 : 30 },
  )
})

test('state of roots › has the root of the state itself', () => {
  const [state] = fc.sample(arbitraryOf(schemas.State, 1), 1) as State[]
  const shards = state!.shards.map((shard) => ShardType.hashTreeRoot(shard))
  expect(StateOfRootsType.hashTreeRoot({ ...state!, shards })).toEqual(StateType.hashTreeRoot(state!))
})

test('wire › a signed message is 111 bytes and a receipt 17', () => {
  expect(SignedMessageType.serialize(SignedMessageType.defaultValue()).length).toBe(signedMessageBytes)
  expect(MessageReceiptType.serialize(MessageReceiptType.defaultValue()).length).toBe(messageReceiptBytes)
})

test('wire › every refusal has a number of its own and none is 0', () => {
  expect(Object.keys(refusalNumbers).sort()).toEqual(Object.keys(transitionFaults).sort())
  const numbers = Object.values<number>(refusalNumbers)
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(Math.min(...numbers)).toBe(1)
  expect(Math.max(...numbers)).toBeLessThan(256)
})
