import fc from 'fast-check'
import {
  type ChangeMembers,
  type Conversation,
  type CreateConversation,
  type InboxItem,
  InboxItemKind,
  type Message,
  type Operation,
  OperationKind,
  type Shard,
} from '../../src/index.ts'
import type { Offer } from '../../src/reference.ts'
import { digestOf, type Signer, stampKey, stampOwner } from './keys.ts'
import { sign, signMessage } from './world.ts'

/** One abstract step; what it means depends on the state it meets, so that most steps are nearly valid. */
export interface Step {
  readonly kind: 'message' | 'create' | 'change' | 'fund' | 'reclaim' | 'withdraw'
  readonly picks: readonly [number, number, number, number]
  readonly amount: 'none' | 'one' | 'some' | 'all' | 'more'
  readonly flaw: 'none' | 'nonce' | 'signer' | 'count'
}

const flaw = fc.oneof(
  { weight: 9, arbitrary: fc.constant('none' as const) },
  { weight: 1, arbitrary: fc.constantFrom('nonce' as const, 'signer' as const, 'count' as const) },
)
const kind = fc.oneof(
  { weight: 8, arbitrary: fc.constant('message' as const) },
  { weight: 6, arbitrary: fc.constantFrom('change' as const, 'fund' as const) },
  { weight: 3, arbitrary: fc.constantFrom('create' as const, 'reclaim' as const, 'withdraw' as const) },
)
const pick = fc.nat(1000)

export const step: fc.Arbitrary<Step> = fc.record({
  kind,
  picks: fc.tuple(pick, pick, pick, pick),
  amount: fc.constantFrom('none', 'one', 'some', 'all', 'more'),
  flaw,
})

/** Everybody who may sign, by the name that stands in the state. */
export class People {
  readonly #byName = new Map<string, Signer>()
  #made = 0

  owner(label: string): Signer {
    return this.#keep(stampOwner(label))
  }

  newKey(): Signer {
    this.#made += 1
    return this.#keep(stampKey(`key ${this.#made}`))
  }

  of(name: Uint8Array | undefined): Signer {
    const signer = name === undefined ? undefined : this.#byName.get(Buffer.from(name).toString('hex'))
    return signer ?? stampKey('nobody')
  }

  #keep(signer: Signer): Signer {
    this.#byName.set(Buffer.from(signer.name).toString('hex'), signer)
    return signer
  }
}

const amountOf = (step: Step, whole: bigint): bigint =>
  ({ none: 0n, one: 1n, some: whole / 7n, all: whole, more: whole + 1n })[step.amount]

const at = <T>(list: readonly T[], pick: number): number => (list.length === 0 ? 0 : pick % list.length)

/** What the steps of one shard become. */
export class Stream {
  readonly #people: People
  readonly #index: number

  constructor(people: People, index: number) {
    this.#people = people
    this.#index = index
  }

  /** What `step` offers to a shard in this state. */
  offer(step: Step, shard: Shard): Offer {
    if (step.kind === 'message') return this.#message(step, shard)
    const { operation, signers, conversation } = this.#operation(step, shard)
    const flawed = step.flaw === 'signer' ? signers.with(0, stampKey('forger')) : signers
    const signatures = sign(operation, step.flaw === 'count' ? flawed.slice(1) : flawed, conversation)
    return { kind: 'operation', operation, signatures }
  }

  /** The same as an item forced through the L2, sent by the account's owner if `own`. */
  item(step: Step, shard: Shard, own: boolean): InboxItem {
    const offer = this.offer(step, shard)
    if (offer.kind === 'message') {
      const { message, signature } = offer
      return { selector: InboxItemKind.forcedMessage, value: { shard: this.#index, message, signature } }
    }
    const { operation, signatures } = offer
    const owner = 'account' in operation.value ? shard.accounts[operation.value.account]?.owner : undefined
    const sender = own && owner !== undefined ? owner : digestOf('somebody').subarray(0, 20)
    return { selector: InboxItemKind.forcedOperation, value: { sender, operation, signatures: [...signatures] } }
  }

  #message(step: Step, shard: Shard): Offer {
    const [a, b, c] = step.picks
    const conversation = shard.conversations[at(shard.conversations, a)]
    const member = at(conversation?.members ?? [], b)
    const message: Message = { conversation: at(shard.conversations, a), member, content: digestOf(`content ${c}`) }
    const slot = conversation?.members[member]
    const signer = step.flaw === 'signer' ? stampKey('forger') : this.#people.of(slot?.key)
    const nonce = (slot?.nonce ?? 0n) + (step.flaw === 'nonce' ? 1n : 0n)
    const signature =
      conversation === undefined ? new Uint8Array(64) : signMessage(conversation, message, signer, nonce)
    return { kind: 'message', shard: this.#index, message, signature }
  }

  #operation(
    step: Step,
    shard: Shard,
  ): { operation: Operation; signers: readonly Signer[]; conversation?: Conversation } {
    const account = at(shard.accounts, step.picks[0])
    const nonce = (shard.accounts[account]?.nonce ?? 0n) + (step.flaw === 'nonce' ? 1n : 0n)
    const owner = this.#people.of(shard.accounts[account]?.owner)
    const balance = shard.accounts[account]?.balance ?? 0n
    const base = { shard: this.#index, account, nonce }
    if (step.kind === 'create') {
      const { value, signers } = this.#create(step, base, balance)
      return { operation: { selector: OperationKind.createConversation, value }, signers: [owner, ...signers] }
    }
    if (step.kind === 'change') return this.#change(step, shard)
    const value = { ...base, amount: amountOf(step, balance) }
    if (step.kind === 'withdraw') return { operation: { selector: OperationKind.withdraw, value }, signers: [owner] }
    const conversation = at(shard.conversations, step.picks[1])
    const members = shard.conversations[conversation]?.members ?? []
    const member = at(members, step.picks[2])
    if (step.kind === 'fund') {
      const fund = { ...value, conversation, member, amount: value.amount / 9n, priceLimit: 2_000n }
      return { operation: { selector: OperationKind.fund, value: fund }, signers: [owner] }
    }
    const sponsor = step.picks[3] % 4 === 0 ? account : (members[member]?.sponsor ?? account)
    const held = shard.accounts[sponsor]
    const amount = amountOf(step, members[member]?.allowance ?? 0n)
    const reclaim = { ...value, account: sponsor, nonce: held?.nonce ?? 0n, conversation, member, amount }
    return { operation: { selector: OperationKind.reclaim, value: reclaim }, signers: [this.#people.of(held?.owner)] }
  }

  #create(step: Step, base: { shard: number; account: number; nonce: bigint }, balance: bigint) {
    const [, count, role, salt] = step.picks
    const signers = Array.from({ length: 1 + (count % 3) }, () => this.#people.newKey())
    const value: CreateConversation = {
      ...base,
      salt: digestOf(`salt ${salt}`),
      members: signers.map(({ name }, i) => ({
        key: name,
        role: i === 0 && role % 9 > 0 ? 2 : 1,
        allowance: amountOf(step, balance / 20n),
        priceLimit: 2_000n,
      })),
    }
    return { value, signers }
  }

  #change(step: Step, shard: Shard) {
    const [a, b, c, d] = step.picks
    const index = at(shard.conversations, a)
    const conversation = shard.conversations[index]
    const members = conversation?.members ?? []
    const admins = members.flatMap(({ role }, slot) => (role === 2 ? [slot] : []))
    const signer = b % 5 === 0 ? at(members, b) : (admins[at(admins, b)] ?? 0)
    const free = members.findIndex(({ role }) => role === 0)
    const added = d % 3 === 0 ? [] : [{ slot: free < 0 ? members.length : free, signer: this.#people.newKey() }]
    const exchanged = d % 5 === 1 ? [this.#people.newKey()] : []
    const allowance = members[signer]?.allowance ?? 0n
    const given = step.amount === 'more' ? allowance + 1n : amountOf(step, allowance) / 9n
    const value: ChangeMembers = {
      shard: this.#index,
      conversation: index,
      epoch: (conversation?.epoch ?? 0n) + (step.flaw === 'nonce' ? 1n : 0n),
      signer,
      remove: c % 3 === 0 ? [{ slot: at(members, c) }] : [],
      roles: c % 4 === 1 ? [{ slot: at(members, d), role: 1 + (c % 2) }] : [],
      add: added.map((entry, i) => ({
        slot: entry.slot,
        key: entry.signer.name,
        role: 1 + ((d + i) % 2),
        allowance: given,
        priceLimit: 2_000n,
      })),
      exchange: exchanged.map(({ name }) => ({ key: name })),
    }
    const operation: Operation = { selector: OperationKind.changeMembers, value }
    const signers = [this.#people.of(members[signer]?.key), ...added.map((entry) => entry.signer), ...exchanged]
    return conversation === undefined
      ? { operation: this.#withdrawNothing(), signers }
      : { operation, signers, conversation }
  }

  /** Stands for a change where there is no conversation to change: an operation that is refused. */
  #withdrawNothing(): Operation {
    return {
      selector: OperationKind.withdraw,
      value: { shard: this.#index, account: 0xffff, nonce: 0n, amount: 0n },
    }
  }
}
