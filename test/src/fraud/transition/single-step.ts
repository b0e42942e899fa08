import {
  BodyKind,
  type ChangeMembers,
  type InboxItem,
  InboxItemKind,
  limits,
  noSponsor,
  type Operation,
  OperationKind,
  portableVerifier,
  type Shard,
  ShardType,
  type Signature,
  type SignatureVerifier,
  TransitionError,
} from '@parley/protocol'
import {
  openingsOf,
  ProofKind,
  packSingle,
  type SingleBody,
  type Surroundings,
  witnessOfSingle,
} from '@parley/protocol/fraud'
import { applyInboxItem, applyOperation, blockContext } from '@parley/protocol/reference'
import type { Random } from '../../fuzz/random.ts'
import { config, deployment, sign, signMessage } from '../../vectors/people.ts'
import { keyOf, people } from '../random-shard.ts'
import type { Step } from './lanes.ts'
import { randomMessages } from './message-step.ts'
import { assertSame, credulous, type Expected, expectedOf } from './outcome.ts'
import type { Parties } from './parties.ts'
import { type Signed, signedBy } from './signed.ts'

const amountOf = (random: Random, whole: bigint): bigint => {
  const drawn = random.below(8)
  return drawn === 0 ? whole + 1n : drawn === 1 ? whole : whole / BigInt(2 + random.below(20))
}

const at = <T>(random: Random, list: readonly T[], beyond = 25): number =>
  random.below(beyond) === 0 ? list.length + random.below(2) : random.below(list.length || 1)

/** The counter, or now and then the next. */
const counterNear = (random: Random, counter = 0n): bigint =>
  BigInt.asUintN(64, counter + (random.below(20) === 0 ? 1n : 0n))

/** An operation that about half the time is valid. */
export function randomOperation(random: Random, shard: Shard, shardIndex: number): Operation {
  const account = at(random, shard.accounts)
  const held = shard.accounts[account]
  const base = {
    shard: random.below(30) === 0 ? (shardIndex + 1) % 64 : shardIndex,
    account,
    nonce: counterNear(random, held?.nonce),
  }
  const selector = random.pick([0, 1, 1, 1, 2, 2, 3, 4] as const)
  if (selector === OperationKind.changeMembers) return { selector, value: randomChange(random, shard, base.shard) }
  if (selector === OperationKind.createConversation) {
    const hasAdmin = random.below(10) > 0
    const members = Array.from({ length: random.below(12) === 0 ? 0 : 1 + random.below(16) }, (_, i) => ({
      key: keyOf(random),
      role: random.below(60) === 0 ? 3 : hasAdmin ? (i === 0 ? 2 : 1 + random.below(2)) : 1,
      allowance: amountOf(random, (held?.balance ?? 0n) / 20n),
      priceLimit: 1_000n,
    }))
    return { selector, value: { ...base, salt: random.bytes(32), members } }
  }
  if (selector === OperationKind.withdraw)
    return { selector, value: { ...base, amount: amountOf(random, held?.balance ?? 0n) } }
  const conversation = at(random, shard.conversations)
  const members = shard.conversations[conversation]?.members ?? []
  const member = at(random, members)
  const place = { conversation, member, amount: amountOf(random, members[member]?.allowance ?? 0n) }
  if (selector === OperationKind.fund) {
    const amount = amountOf(random, (held?.balance ?? 0n) / 2n)
    return { selector, value: { ...base, ...place, amount, priceLimit: 900n } }
  }
  const sponsor = members[member]?.sponsor ?? account
  const owned = random.below(5) === 0 || sponsor === noSponsor ? account : sponsor
  const nonce = counterNear(random, shard.accounts[owned]?.nonce)
  return { selector, value: { ...base, ...place, account: owned, nonce } }
}

function randomChange(random: Random, shard: Shard, shardIndex: number): ChangeMembers {
  const full = shard.conversations.findIndex(({ members }) => members.length === limits.membersPerConversation)
  const conversation = full >= 0 && random.below(2) === 0 ? full : at(random, shard.conversations)
  const standing = shard.conversations[conversation]
  const members = standing?.members ?? []
  const speaking = members.flatMap(({ role }, slot) => (role > 0 ? [slot] : []))
  const admins = members.flatMap(({ role }, slot) => (role === 2 ? [slot] : []))
  const signer = random.below(5) === 0 ? at(random, members, 6) : (random.pick(admins.length > 0 ? admins : [0]) ?? 0)
  const free = members.flatMap(({ role }, slot) => (role === 0 ? [slot] : []))
  const some = <T>(most: number, make: (i: number) => T): T[] =>
    Array.from({ length: random.below(most + 1) }, (_, i) => make(i))
  const entered = some(3, (i) => ({
    slot:
      random.below(12) === 0
        ? random.below(members.length + 2)
        : (free[i] ?? members.length + i - free.length + (random.below(12) === 0 ? 1 : 0)),
    key: keyOf(random),
    role: random.below(30) === 0 ? 3 : 1 + random.below(2),
    allowance: amountOf(random, (members[signer]?.allowance ?? 0n) / 6n),
    priceLimit: 1_000n,
  }))
  const slotOf = () =>
    random.below(12) === 0 ? at(random, members, 3) : random.pick(speaking.length > 0 ? speaking : [0])
  return {
    shard: shardIndex,
    conversation,
    epoch: counterNear(random, standing?.epoch),
    signer,
    remove: random.below(2) === 0 ? some(2, () => ({ slot: slotOf() })) : [],
    roles: random.below(2) === 0 ? some(2, () => ({ slot: slotOf(), role: 1 + random.below(2) })) : [],
    add: random.below(2) === 0 ? entered.map((entry) => ({ ...entry, slot: Math.max(0, entry.slot) })) : [],
    exchange: random.below(4) === 0 ? [{ key: keyOf(random) }] : [],
  }
}

/** Signatures of the operation by whoever has the keys; a spoilt one now and then. */
function signOperation(random: Random, shard: Shard, operation: Operation): Signed {
  const owner = 'account' in operation.value ? shard.accounts[operation.value.account]?.owner : undefined
  const conversation = 'conversation' in operation.value ? shard.conversations[operation.value.conversation] : undefined
  const first = 'signer' in operation.value ? conversation?.members[operation.value.signer]?.key : owner
  const entering =
    operation.selector === OperationKind.createConversation
      ? operation.value.members
      : operation.selector === OperationKind.changeMembers
        ? [...operation.value.add, ...operation.value.exchange]
        : []
  const names = [first, ...entering.map(({ key }) => key)]
  const nothing = operation.selector === OperationKind.changeMembers && conversation === undefined
  const made = nothing ? [] : sign(operation, names.map(people), conversation)
  return signedBy(
    random,
    names.map((name, i) => ({ name, sign: () => made[i] })),
  )
}

/** The operation as an item of the L2: half are sent by the owner, some signatures are not what they should be. */
function forced(random: Random, shard: Shard, operation: Operation): InboxItem {
  const owner = 'account' in operation.value ? shard.accounts[operation.value.account]?.owner : undefined
  const { signatures } = signOperation(random, shard, operation)
  if (random.below(30) === 0) signatures.pop()
  const sender = random.below(2) === 0 && owner !== undefined ? owner : random.bytes(20)
  return { selector: InboxItemKind.forcedOperation, value: { sender, operation, signatures } }
}

function forcedMessage(random: Random, shard: Shard, shardIndex: number): InboxItem {
  const [message] = randomMessages(random, shard, 1)
  if (message === undefined) throw new RangeError('one message was asked for')
  const conversation = shard.conversations[message.conversation]
  const held = conversation?.members[message.member]
  const signature =
    conversation === undefined
      ? new Uint8Array(64)
      : signMessage(conversation, message, held?.nonce ?? 0n, people(held?.key))
  if (random.below(8) === 0) signature[50]! ^= 4
  return { selector: InboxItemKind.forcedMessage, value: { shard: shardIndex, message, signature } }
}

/** A deposit, or an operation or message forced through the L2. */
export function randomItem(random: Random, shard: Shard, shardIndex: number): InboxItem {
  const drawn = random.below(8)
  if (drawn > 3) {
    const operation = randomOperation(random, shard, shardIndex)
    operation.value.shard = shardIndex
    return forced(random, shard, operation)
  }
  if (drawn > 1) return forcedMessage(random, shard, shardIndex)
  const account = random.below(shard.accounts.length + 1)
  const owner = shard.accounts[account]?.owner ?? random.bytes(20)
  return { selector: InboxItemKind.deposit, value: { shard: shardIndex, account, owner, amount: 1_000_000n } }
}

function reference(
  shard: Shard,
  body: SingleBody,
  signatures: readonly Signature[],
  around: Surroundings,
  verifier: SignatureVerifier,
): Expected {
  return expectedOf(() => {
    const copy = ShardType.clone(shard)
    const context = blockContext(config, verifier, around.timestamp, around.prices)
    if (body.kind === BodyKind.operation) applyOperation(copy, around.shard, body.operation, signatures, context)
    else {
      const fault = applyInboxItem(copy, around.shard, body.item, context)
      if (fault !== undefined) throw new TransitionError(fault)
    }
    return ShardType.hashTreeRoot(copy)
  })
}

/** An operation, or an item whose signatures stand in it. */
function randomSingle(random: Random, shard: Shard, shardIndex: number): { body: SingleBody; signed: Signed } {
  if (random.below(3) === 0) {
    const item = randomItem(random, shard, shardIndex)
    return { body: { kind: BodyKind.inboxItem, item }, signed: { signatures: [], hold: true } }
  }
  const operation = randomOperation(random, shard, shardIndex)
  return { body: { kind: BodyKind.operation, operation }, signed: signOperation(random, shard, operation) }
}

/** Executes an operation or an item by the reference, the writer of proofs, Solidity and the lanes. @returns the code of the refusal. */
export async function singleStep(
  { evm, lanes, verifier }: Parties,
  random: Random,
  shard: Shard,
  around: Surroundings,
): Promise<string | undefined> {
  const { body, signed } = randomSingle(random, shard, around.shard)
  const { signatures } = signed
  const preRoot = ShardType.hashTreeRoot(shard)
  const isItem = body.kind === BodyKind.inboxItem
  // The contract checks the signatures of items and leaves those of a segment aside; the lanes check both.
  const expected = reference(shard, body, signatures, around, isItem ? portableVerifier : credulous)
  const checked = isItem || signed.hold ? expected : reference(shard, body, signatures, around, verifier)
  const { witness, postRoot } = witnessOfSingle(body, openingsOf(shard), around, portableVerifier)
  assertSame('the writer', expected, { code: expected.code, root: postRoot })
  const packed = new Uint8Array([body.kind, ...packSingle(body)])
  const of = { ...around, separator: deployment.separator }
  const step: Step = isItem
    ? { shard, around, signatures, body: { selector: BodyKind.inboxItem, value: 0n }, item: body.item }
    : { shard, around, signatures, body: { selector: BodyKind.operation, value: body.operation } }
  const [root] = await Promise.all([
    evm.execute(ProofKind.operation, of, preRoot, packed, witness),
    lanes.compare(step, preRoot, checked),
  ])
  assertSame('Solidity', expected, { code: expected.code, root })
  return expected.code
}
