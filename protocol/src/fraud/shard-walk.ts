import type { Bytes32 } from '../ssz/primitives.ts'
import { type Account, AccountType, type Member, MemberType } from '../types/state.ts'
import {
  type ConversationOpening,
  conversationOpeningRoot,
  listDepth,
  type ShardOpening,
  type ShardOpenings,
  shardOpeningRoot,
} from './openings.ts'
import type { PackedWriter } from './packed.ts'
import { heightOf, SparseTree } from './trees.ts'

const noLeaf = new Uint8Array(32)

interface Lists {
  readonly conversations: SparseTree
  readonly accounts: SparseTree
}

/** Values and tree of one conversation's members. */
interface Slots {
  readonly values: Map<number, Member>
  readonly tree: SparseTree
}

/**
 * A shard that is executed on and written down at once: what is read goes into the proof as it stands then, and what takes
 * its place gives the roots that later branches lead to.
 */
export class ShardWalk {
  shard: ShardOpening
  readonly #openings: ShardOpenings
  readonly #proof: PackedWriter
  readonly #lists: Lists
  readonly #conversations = new Map<number, ConversationOpening>()
  readonly #accounts = new Map<number, Account>()
  readonly #slots = new Map<number, Slots>()

  constructor(openings: ShardOpenings, proof: PackedWriter) {
    const { shard } = openings
    this.shard = shard
    this.#openings = openings
    this.#proof = proof
    this.#lists = {
      conversations: new SparseTree(heightOf(shard.conversationCount, listDepth.conversations), shard.conversations),
      accounts: new SparseTree(heightOf(shard.accountCount, listDepth.accounts), shard.accounts),
    }
    proof.bytes(shard.conversations)
    proof.uint(shard.conversationCount, 4)
    proof.bytes(shard.accounts)
    proof.uint(shard.accountCount, 5)
    proof.uint(shard.feeExcess, 8)
    proof.uint(shard.feeTime, 8)
    proof.uint(shard.revenue, 8)
  }

  /** hash_tree_root of the shard as it stands now. */
  root(): Bytes32 {
    return shardOpeningRoot(this.shard, this.#openings.shard)
  }

  /** Writes a conversation that stands below the shard's count. */
  readConversation(index: number): ConversationOpening {
    const conversation = this.#conversations.get(index) ?? standing(this.#openings.conversation(index).value, index)
    this.#proof.bytes(conversation.id)
    this.#proof.uint(conversation.epoch, 8)
    this.#proof.bytes(conversation.members)
    this.#proof.uint(conversation.count, 2)
    this.#proof.uint(conversation.messageCount, 8)
    this.#proof.bytes(conversation.head)
    return conversation
  }

  /** Writes the branch of a conversation and puts `next` there, its members as they are now. */
  putConversation(index: number, next: ConversationOpening): void {
    const members = this.#slots.get(index)?.tree.root ?? next.members
    const put = { ...next, members }
    this.#conversations.set(index, put)
    const tree = this.#lists.conversations
    this.#branch(tree, index, this.#openings.conversation(index).siblings)
    tree.replace(index, conversationOpeningRoot(put))
    this.shard = { ...this.shard, conversations: tree.root }
  }

  /** Writes a member that stands below its conversation's count. */
  readMember(conversation: number, slot: number): Member {
    const held = this.#slotsOf(conversation).values.get(slot)
    const member = held ?? standing(this.#openings.member(conversation, slot).value, slot)
    this.#proof.bytes(member.key)
    this.#proof.uint(member.role, 1)
    this.#proof.uint(member.nonce, 8)
    this.#proof.uint(member.sponsor, 4)
    this.#proof.uint(member.allowance, 8)
    this.#proof.uint(member.priceLimit, 8)
    return member
  }

  /** Writes the branch of a slot and puts `next` there; undefined leaves a slot beyond the end empty. */
  putMember(conversation: number, slot: number, next: Member | undefined): void {
    const { values, tree } = this.#slotsOf(conversation)
    if (next !== undefined) values.set(slot, next)
    this.#branch(tree, slot, this.#openings.member(conversation, slot).siblings)
    tree.replace(slot, next === undefined ? noLeaf : MemberType.hashTreeRoot(next))
  }

  /** Writes an account that stands below the shard's count. */
  readAccount(index: number): Account {
    const account = this.#accounts.get(index) ?? standing(this.#openings.account(index).value, index)
    this.#proof.bytes(account.owner)
    this.#proof.uint(account.nonce, 8)
    this.#proof.uint(account.balance, 8)
    this.#proof.uint(account.withdrawn, 8)
    return account
  }

  /** Writes the branch of an account and puts `next` there. */
  putAccount(index: number, next: Account): void {
    this.#accounts.set(index, next)
    const tree = this.#lists.accounts
    this.#branch(tree, index, this.#openings.account(index).siblings)
    tree.replace(index, AccountType.hashTreeRoot(next))
    this.shard = { ...this.shard, accounts: tree.root }
  }

  /** Writes the branch of the first free index and puts a conversation there, by its root. */
  appendConversation(root: Bytes32): void {
    const index = this.shard.conversationCount
    const tree = this.#lists.conversations
    this.#branch(tree, index, this.#openings.conversation(index).siblings)
    tree.replace(index, root)
    this.shard = { ...this.shard, conversations: tree.root, conversationCount: index + 1 }
  }

  /** Writes the branch of the first free index and puts an account there. */
  appendAccount(account: Account): void {
    const index = this.shard.accountCount
    this.shard = { ...this.shard, accountCount: index + 1 }
    this.putAccount(index, account)
  }

  #branch(tree: SparseTree, index: number, siblings: readonly Bytes32[]): void {
    tree.learn(index, siblings)
    this.#proof.branch(tree.siblings(index))
  }

  #slotsOf(conversation: number): Slots {
    const known = this.#slots.get(conversation)
    if (known !== undefined) return known
    const { members } = standing(this.#openings.conversation(conversation).value, conversation)
    const slots: Slots = { values: new Map(), tree: new SparseTree(listDepth.members, members) }
    this.#slots.set(conversation, slots)
    return slots
  }
}

function standing<Value>(value: Value | undefined, index: number): Value {
  if (value === undefined) throw new RangeError(`nothing was opened at ${index}`)
  return value
}
