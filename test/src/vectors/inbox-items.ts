import { inboxAbi } from '@parley/contracts'
import {
  type ChangeMembers,
  type CreateConversation,
  type ForcedOperation,
  type InboxItem,
  InboxItemKind,
  InboxItemType,
  limits,
  mwei,
  type Operation,
  OperationKind,
  RunsType,
  signatureCount,
  toWei,
} from '@parley/protocol'
import { encodeFunctionData, type Hex } from 'viem'
import { hex, Seeded } from './seeded.ts'

/** One item, how it is queued on the L2, and its root. */
export interface InboxItemVector {
  readonly name: string
  /** The account that calls the inbox. */
  readonly sender: Hex
  /** Calldata of the call; absent for prices, which the contract derives by itself. */
  readonly call?: Hex
  /** Wei sent with it, decimal. */
  readonly value: string
  /** The item's value as JSON, in the casing of the SSZ types. */
  readonly item: unknown
  readonly ssz: Hex
  readonly root: Hex
}

const max64 = 2n ** 64n - 1n
const max32 = 2 ** 32 - 1
const max16 = 2 ** 16 - 1

const split = (signature: Uint8Array) => ({
  r: hex(signature.subarray(0, 32)),
  s: hex(signature.subarray(32)),
})

function createConversation(random: Seeded, members: number): CreateConversation {
  return {
    shard: random.below(limits.shards),
    account: random.below(max32),
    nonce: random.uint64(),
    salt: random.bytes(32),
    members: Array.from({ length: members }, () => ({
      key: random.bytes(32),
      role: random.below(3),
      allowance: random.uint64(),
      priceLimit: random.uint64(),
    })),
  }
}

function changeMembers(
  random: Seeded,
  [remove, roles, add, exchange]: readonly [number, number, number, number],
): ChangeMembers {
  return {
    shard: random.below(limits.shards),
    conversation: random.below(max32),
    epoch: random.uint64(),
    signer: random.below(max16),
    remove: Array.from({ length: remove }, () => ({ slot: random.below(max16) })),
    roles: Array.from({ length: roles }, () => ({ slot: random.below(max16), role: random.below(3) })),
    add: Array.from({ length: add }, () => ({
      slot: random.below(max16),
      key: random.bytes(32),
      role: random.below(3),
      allowance: random.uint64(),
      priceLimit: random.uint64(),
    })),
    exchange: Array.from({ length: exchange }, () => ({ key: random.bytes(32) })),
  }
}

function forcedCall(operation: Operation, signatures: readonly Uint8Array[]): Hex {
  const signed = signatures.map(split)
  switch (operation.selector) {
    case OperationKind.createConversation: {
      const { value } = operation
      const members = value.members.map((member) => ({ ...member, key: hex(member.key) }))
      return encodeFunctionData({
        abi: inboxAbi,
        functionName: 'forceCreateConversation',
        args: [{ ...value, salt: hex(value.salt), members }, signed],
      })
    }
    case OperationKind.changeMembers: {
      const { value } = operation
      const add = value.add.map((entry) => ({ ...entry, key: hex(entry.key) }))
      return encodeFunctionData({
        abi: inboxAbi,
        functionName: 'forceChangeMembers',
        args: [{ ...value, add, exchange: value.exchange.map(({ key }) => ({ key: hex(key) })) }, signed],
      })
    }
    case OperationKind.fund:
      return encodeFunctionData({ abi: inboxAbi, functionName: 'forceFund', args: [operation.value, signed] })
    case OperationKind.reclaim:
      return encodeFunctionData({ abi: inboxAbi, functionName: 'forceReclaim', args: [operation.value, signed] })
    case OperationKind.withdraw:
      return encodeFunctionData({ abi: inboxAbi, functionName: 'forceWithdraw', args: [operation.value, signed] })
  }
}

function vector(name: string, item: InboxItem, sender: Uint8Array, call?: Hex, value = 0n): InboxItemVector {
  return {
    name,
    sender: hex(sender),
    ...(call === undefined ? {} : { call }),
    value: value.toString(),
    item: InboxItemType.toJson(item),
    ssz: hex(InboxItemType.serialize(item)),
    root: hex(InboxItemType.hashTreeRoot(item)),
  }
}

function forced(name: string, operation: Operation): InboxItemVector {
  const random = new Seeded(`forced/${name}`)
  const sender = random.bytes(20)
  const signatures = Array.from({ length: signatureCount(operation) }, () => random.bytes(64))
  const value: ForcedOperation = { sender, operation, signatures }
  return vector(name, { selector: InboxItemKind.forcedOperation, value }, sender, forcedCall(operation, signatures))
}

/** Accounts are given out in order, so the first deposits of distinct owners into one shard have the indices 0, 1, 2. */
function deposits(): InboxItemVector[] {
  const random = new Seeded('deposits')
  const owners = [random.bytes(20), random.bytes(20), random.bytes(20)]
  const rows = [
    { shard: 0, owner: 0, account: 0, amount: 1000n },
    { shard: 0, owner: 1, account: 1, amount: 123_456_789_012n },
    { shard: 63, owner: 1, account: 0, amount: 2n ** 62n },
    { shard: 0, owner: 2, account: 2, amount: 0x0102_0304_0506_0708n },
    { shard: 0, owner: 1, account: 1, amount: 1001n },
  ]
  return rows.map(({ shard, owner, account, amount }) => {
    const address = owners[owner]!
    return vector(
      `deposit of ${amount} to account ${account} of shard ${shard}`,
      { selector: InboxItemKind.deposit, value: { shard, account, owner: address, amount } },
      random.bytes(20),
      encodeFunctionData({ abi: inboxAbi, functionName: 'deposit', args: [shard, hex(address)] }),
      toWei(mwei(amount)),
    )
  })
}

function operations(): InboxItemVector[] {
  const random = new Seeded('operations')
  const creations = [1, 2, 3, 15, 16].map((members) =>
    forced(`creation with ${members} members`, {
      selector: OperationKind.createConversation,
      value: createConversation(random, members),
    }),
  )
  const splits: [number, number, number, number][] = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
    [5, 5, 6, 0],
    [16, 0, 0, 0],
    [0, 16, 0, 0],
    [0, 0, 16, 0],
    [0, 0, 15, 1],
    [1, 2, 3, 1],
  ]
  const changes = splits.map((split) =>
    forced(`change of ${split[0]} removed, ${split[1]} roles, ${split[2]} added, ${split[3]} exchanged`, {
      selector: OperationKind.changeMembers,
      value: changeMembers(random, split),
    }),
  )
  const place = { shard: 63, account: max32, nonce: max64 }
  const member = { conversation: max32, member: max16 }
  const small = { shard: 1, account: 2, nonce: 3n }
  return [
    ...creations,
    ...changes,
    forced('funding', {
      selector: OperationKind.fund,
      value: { ...small, conversation: 4, member: 5, amount: 6n, priceLimit: 7n },
    }),
    forced('funding at the upper bounds', {
      selector: OperationKind.fund,
      value: { ...place, ...member, amount: max64, priceLimit: max64 },
    }),
    forced('reclaim', {
      selector: OperationKind.reclaim,
      value: { ...small, conversation: 4, member: 5, amount: 6n },
    }),
    forced('reclaim at the upper bounds', {
      selector: OperationKind.reclaim,
      value: { ...place, ...member, amount: max64 },
    }),
    forced('withdrawal', { selector: OperationKind.withdraw, value: { ...small, amount: 6n } }),
    forced('withdrawal at the upper bounds', { selector: OperationKind.withdraw, value: { ...place, amount: max64 } }),
    forced('withdrawal of nothing', {
      selector: OperationKind.withdraw,
      value: { shard: 0, account: 0, nonce: 0n, amount: 0n },
    }),
  ]
}

function messages(): InboxItemVector[] {
  const random = new Seeded('messages')
  const rows = [
    { shard: 7, message: { conversation: 12, member: 3, content: random.bytes(32) } },
    { shard: 63, message: { conversation: max32, member: max16, content: random.bytes(32) } },
    { shard: 0, message: { conversation: 0, member: 0, content: new Uint8Array(32) } },
  ]
  return rows.map(({ shard, message }) => {
    const signature = random.bytes(64)
    return vector(
      `message to conversation ${message.conversation} of shard ${shard}`,
      { selector: InboxItemKind.forcedMessage, value: { shard, message, signature } },
      random.bytes(20),
      encodeFunctionData({
        abi: inboxAbi,
        functionName: 'forceMessage',
        args: [shard, { ...message, content: hex(message.content) }, split(signature)],
      }),
    )
  })
}

function prices(): InboxItemVector[] {
  const rows = [
    { coreByte: 1n, witnessByte: 4n, settlement: 2n, stateByte: 3n },
    { coreByte: 2n ** 40n, witnessByte: 2n ** 40n, settlement: 2n ** 40n, stateByte: 2n ** 40n },
    { coreByte: 0n, witnessByte: 0n, settlement: 0n, stateByte: 0n },
  ]
  return rows.map((value) =>
    vector(
      `prices ${value.coreByte}, ${value.witnessByte}, ${value.settlement}, ${value.stateByte}`,
      { selector: InboxItemKind.prices, value },
      new Uint8Array(20),
    ),
  )
}

/** The file `test/vectors/inbox-items.json`: every kind of item, its call on the L2 and its hash_tree_root. */
export function inboxItemVectors() {
  return {
    note: 'Items queued in this order by an inbox that is empty before. Roots are hash_tree_root of InboxItem.',
    emptyRunsRoot: hex(RunsType.hashTreeRoot([])),
    items: [...deposits(), ...operations(), ...messages()],
    prices: prices(),
  }
}
