import { expect, test } from 'vitest'
import {
  ChangeMembersType,
  CreateConversationType,
  FundType,
  MessageType,
  messageCharge,
  type Operation,
  OperationKind,
  operationCharge,
  price,
  ReclaimType,
  signatureCount,
  WithdrawType,
} from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { change, create, founded, keys, noChange } from '../support/world.ts'

const place = { shard: 0, account: 0, nonce: 0n, conversation: 0, member: 0, amount: 0n, priceLimit: 0n }
const fund: Operation = { selector: OperationKind.fund, value: place }
const reclaim: Operation = { selector: OperationKind.reclaim, value: place }
const withdraw: Operation = { selector: OperationKind.withdraw, value: place }
const founders = (count: number) => Array.from({ length: count }, () => founded.members[0]!)
const changes = (remove: number, roles: number, add: number, exchange = 0) =>
  change({
    remove: Array.from({ length: remove }, () => ({ slot: 1 })),
    roles: Array.from({ length: roles }, () => ({ slot: 1, role: 1 })),
    add: Array.from({ length: add }, () => ({ slot: 1, key: keys.admin.name, role: 1, allowance: 0n, priceLimit: 0n })),
    exchange: Array.from({ length: exchange }, () => ({ key: keys.admin.name })),
  })

const size = (operation: Operation): number => {
  if (operation.selector === OperationKind.createConversation)
    return CreateConversationType.serialize(operation.value).length
  if (operation.selector === OperationKind.changeMembers) return ChangeMembersType.serialize(operation.value).length
  if (operation.selector === OperationKind.fund) return FundType.serialize(operation.value).length
  if (operation.selector === OperationKind.reclaim) return ReclaimType.serialize(operation.value).length
  return WithdrawType.serialize(operation.value).length
}

test.each([
  { name: 'create 1', operation: create({ members: founders(1) }), weight: 4n, stateBytes: 141n },
  { name: 'create 16', operation: create({ members: founders(16) }), weight: 34n, stateBytes: 1056n },
  { name: 'change 1/0/0', operation: changes(1, 0, 0), weight: 3n, stateBytes: 0n },
  { name: 'change 5/5/6', operation: changes(5, 5, 6), weight: 24n, stateBytes: 366n },
  { name: 'change 0/0/16', operation: changes(0, 0, 16), weight: 34n, stateBytes: 976n },
  { name: 'change 0/0/0/1', operation: changes(0, 0, 0, 1), weight: 4n, stateBytes: 0n },
  { name: 'change 5/5/5/1', operation: changes(5, 5, 5, 1), weight: 24n, stateBytes: 305n },
  { name: 'fund', operation: fund, weight: 2n, stateBytes: 0n },
  { name: 'reclaim', operation: reclaim, weight: 2n, stateBytes: 0n },
  { name: 'withdraw', operation: withdraw, weight: 2n, stateBytes: 0n },
])('charge of $name › its SSZ, its segment’s 33 bytes and its signatures', ({ operation, weight, stateBytes }) => {
  const coreBytes = BigInt(size(operation) + 33)
  const witnessBytes = BigInt(64 * signatureCount(operation))
  expect(operationCharge(operation)).toEqual({ weight, coreBytes, witnessBytes, stateBytes })
})

test('charge of a message › its SSZ and its signature', () => {
  const message = MessageType.serialize({ conversation: 1, member: 2, content: digestOf('') })
  expect(messageCharge).toEqual({ weight: 1n, coreBytes: BigInt(message.length), witnessBytes: 64n, stateBytes: 0n })
})

test('charge › no entries is the base of a change', () => {
  expect(operationCharge({ selector: OperationKind.changeMembers, value: noChange }).weight).toBe(2n)
})

test('price › adds execution, core, witness, settlement and state', () => {
  const charge = { weight: 3n, coreBytes: 50n, witnessBytes: 64n, stateBytes: 9n }
  expect(price(charge, 11n, { coreByte: 700n, witnessByte: 7n, settlement: 1_000n, stateByte: 100_000n })).toBe(
    33n + 35_000n + 448n + 1_000n + 900_000n,
  )
})
