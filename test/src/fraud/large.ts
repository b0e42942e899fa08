import {
  type Account,
  AccountType,
  type Block,
  type Body,
  BodyKind,
  type Bytes32,
  genesisHeader,
  hash64,
  type InboxItem,
  InboxItemKind,
  type Member,
  MemberType,
  millis,
  type Operation,
  OperationKind,
  type QueuedItem,
  runsRoot,
  type Signature,
} from '@parley/protocol'
import {
  BatchTrees,
  type ConversationOpening,
  conversationOpeningRoot,
  type Proof,
  ProofKind,
  type ShardOpenings,
  shardOpeningRoot,
  writeMessageProof,
  writeOperationProof,
  writeSignatureProof,
} from '@parley/protocol/fraud'
import { config, deployment, digestOf, member, sign } from '../vectors/people.ts'
import { caseOf, type Scene } from './scene.ts'
import type { ProofCase } from './verifiers.ts'

/** A tree too large to hold: what is under no known leaf has a root drawn from its place. */
class DrawnTree {
  readonly #label: string
  readonly #depth: number
  readonly #nodes = new Map<string, Bytes32>()

  constructor(label: string, depth: number, leaves: ReadonlyMap<number, Bytes32>) {
    this.#label = label
    this.#depth = depth
    for (const [index, leaf] of leaves) this.#nodes.set(`0/${index}`, leaf)
    let touched = new Set(leaves.keys())
    for (let height = 1; height <= depth; height += 1) {
      touched = new Set([...touched].map((index) => Math.floor(index / 2)))
      for (const index of touched)
        this.#nodes.set(
          `${height}/${index}`,
          hash64(this.#node(height - 1, 2 * index), this.#node(height - 1, 2 * index + 1)),
        )
    }
  }

  get root(): Bytes32 {
    return this.#node(this.#depth, 0)
  }

  siblings(index: number): readonly Bytes32[] {
    return Array.from({ length: this.#depth }, (_, height) => {
      const at = Math.floor(index / 2 ** height)
      return this.#node(height, at % 2 === 0 ? at + 1 : at - 1)
    })
  }

  #node(height: number, index: number): Bytes32 {
    return this.#nodes.get(`${height}/${index}`) ?? digestOf(`${this.#label}/${height}/${index}`)
  }
}

const speakers = 32
const somebody = member('somebody who speaks')

export interface LargeProof {
  readonly proofCase: ProofCase
  readonly proof: Proof
  /** What the queue must hold. */
  readonly queue: readonly QueuedItem[]
}

/** 32 messages of as many conversations, in a shard of `conversations` with `members` each, all of whom have one key. */
function speaking(conversations: number, members: number) {
  const height = Math.min(24, Math.floor(Math.log2(conversations)) + 1)
  const indices = Array.from({ length: speakers }, (_, i) => Math.floor((conversations / speakers) * i + i))
  const memberOf = (index: number): Member => ({
    key: somebody.name,
    role: 1,
    nonce: 77_777n + BigInt(index % 2),
    sponsor: 3,
    allowance: 2n ** 40n,
    priceLimit: 2n ** 40n,
  })
  const trees = new Map(
    indices.map((index) => {
      const leaves = new Map([[1, MemberType.hashTreeRoot(memberOf(index))]])
      const free = members === 2 ? zeroSiblings(leaves) : new DrawnTree(`members ${index}`, 12, leaves)
      return [index, free]
    }),
  )
  const opened = (index: number): ConversationOpening => ({
    id: digestOf(`id ${index}`),
    epoch: 3n,
    members: trees.get(index)!.root,
    count: members,
    messageCount: 9_999n,
    head: digestOf(`head ${index}`),
  })
  const roots = new Map(indices.map((index) => [index, conversationOpeningRoot(opened(index))]))
  const tree = new DrawnTree('conversations', height, roots)
  const openings: ShardOpenings = {
    shard: {
      conversations: tree.root,
      conversationCount: conversations,
      accounts: digestOf('accounts'),
      accountCount: 2 ** 32,
      feeExcess: 300n,
      feeTime: config.genesis.timestamp,
      revenue: 1n,
    },
    conversation: (index) => ({ value: opened(index), siblings: tree.siblings(index) }),
    member: (index) => ({ value: memberOf(index), siblings: trees.get(index)!.siblings(1) }),
    account: () => {
      throw new RangeError('no account is read')
    },
  }
  const value = indices.map((conversation) => ({ conversation, member: 1, content: digestOf(`${conversation}`) }))
  return { openings, body: { selector: BodyKind.messages, value } as const }
}

/** A wrong root behind a full segment. */
export function largeProof(conversations: number, members: number): LargeProof {
  const { openings, body } = speaking(conversations, members)
  const scene = sceneOf(openings, body)
  const bytes = writeMessageProof(new BatchTrees(scene), place, openings, around)
  return { proofCase: caseOf(scene), proof: { kind: ProofKind.messages, bytes }, queue: [] }
}

/** A signature of another digest by the right key, of the last message of a full segment at the limits of the types. */
export function largeSignature(): LargeProof {
  const { openings, body } = speaking(2 ** 24, 4096)
  const signatures = body.value.map(() => somebody.sign(digestOf('another digest')))
  const scene = sceneOf(openings, body, signatures)
  const bytes = writeSignatureProof(new BatchTrees(scene), place, speakers - 1, openings)
  return { proofCase: caseOf(scene), proof: { kind: ProofKind.signature, bytes }, queue: [] }
}

const around = { ...deployment, fees: config.fees }
const place = { block: 0, run: 0, segment: 0 }

/**
 * A wrong removal of 16 members of 4,096, each of another sponsor of 2^32, in a shard of 2^24 conversations.
 * @param forced - As an item, whose signature is checked.
 */
export function largeRemoval(forced = false): LargeProof {
  const index = 9_876_543
  const slots = [0, ...Array.from({ length: 16 }, (_, i) => 200 + 211 * i)]
  const sponsorOf = (slot: number): number => slot * 1_000_003
  const memberOf = (slot: number): Member => ({
    key: slot === 0 ? somebody.name : digestOf(`key ${slot}`),
    role: slot === 0 ? 2 : 1,
    nonce: 77_777n,
    sponsor: sponsorOf(slot),
    allowance: 2n ** 40n,
    priceLimit: 2n ** 40n,
  })
  const account = (of: number): Account => ({
    owner: digestOf(`${of}`).subarray(0, 20),
    nonce: 1n,
    balance: 9n,
    withdrawn: 0n,
  })
  const members = new DrawnTree(
    'members',
    12,
    new Map(slots.map((slot) => [slot, MemberType.hashTreeRoot(memberOf(slot))])),
  )
  const sponsors = slots.map((slot) => [sponsorOf(slot), AccountType.hashTreeRoot(account(sponsorOf(slot)))] as const)
  const accounts = new DrawnTree('accounts', 32, new Map(sponsors))
  const conversation: ConversationOpening = {
    id: digestOf('id'),
    epoch: 3n,
    members: members.root,
    count: 4096,
    messageCount: 9n,
    head: digestOf('head'),
  }
  const tree = new DrawnTree('conversations', 24, new Map([[index, conversationOpeningRoot(conversation)]]))
  const openings: ShardOpenings = {
    shard: {
      conversations: tree.root,
      conversationCount: 2 ** 24,
      accounts: accounts.root,
      accountCount: 2 ** 32,
      feeExcess: 300n,
      feeTime: config.genesis.timestamp,
      revenue: 1n,
    },
    conversation: () => ({ value: conversation, siblings: tree.siblings(index) }),
    member: (_, slot) => ({ value: memberOf(slot), siblings: members.siblings(slot) }),
    account: (of) => ({ value: account(of), siblings: accounts.siblings(of) }),
  }
  const remove = slots.slice(1).map((slot) => ({ slot }))
  const change = { shard: 3, conversation: index, epoch: 3n, signer: 0, remove, roles: [], add: [], exchange: [] }
  const operation: Operation = { selector: OperationKind.changeMembers, value: change }
  const signed = { id: conversation.id, epoch: 3n, members: [], messageCount: 9n, head: conversation.head }
  const item: InboxItem = {
    selector: InboxItemKind.forcedOperation,
    value: { sender: new Uint8Array(20), operation, signatures: sign(operation, [somebody], signed) },
  }
  const queue = forced
    ? [{ index: 0n, item, time: millis(config.genesis.timestamp), inboxHash: digestOf('queue') }]
    : []
  const body: Body = forced
    ? { selector: BodyKind.inboxItem, value: 0n }
    : { selector: BodyKind.operation, value: operation }
  const scene = sceneOf(openings, body)
  const bytes = writeOperationProof(new BatchTrees(scene), place, openings, around, () => item)
  return { proofCase: caseOf(scene), proof: { kind: ProofKind.operation, bytes }, queue }
}

/** Two members: one beside the leaf, above it zeros. */
function zeroSiblings(leaves: ReadonlyMap<number, Bytes32>): {
  root: Bytes32
  siblings(index: number): readonly Bytes32[]
} {
  const zeros: Bytes32[] = [new Uint8Array(32)]
  for (let height = 1; height < 12; height += 1) zeros.push(hash64(zeros[height - 1]!, zeros[height - 1]!))
  const siblings = [digestOf('the other member'), ...zeros.slice(1)]
  const root = siblings.reduce(
    (node, sibling, height) => (height === 0 ? hash64(sibling, node) : hash64(node, sibling)),
    leaves.get(1) as Bytes32,
  )
  return { root, siblings: () => siblings }
}

/** A batch of one block with one segment that ends in a wrong root. */
function sceneOf(openings: ShardOpenings, body: Body, signatures: Signature[] = []): Scene {
  const postRoot = digestOf('wrong')
  const runs = [{ shard: 3, segments: [{ preRoot: shardOpeningRoot(openings.shard), body, postRoot }], postRoot }]
  const genesis = genesisHeader(config)
  const header = { ...genesis, number: 1n, timestamp: genesis.timestamp + 1_000n, runsRoot: runsRoot(runs) }
  const core: Block[] = [{ header, runs }]
  return { core, witness: [[[signatures]]], queue: [], last: header }
}
