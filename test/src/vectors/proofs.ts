import {
  type Account,
  AccountType,
  type BlockHeader,
  BlockHeaderType,
  type Conversation,
  ConversationType,
  coreRoot,
  type Member,
  MemberType,
  type MerkleProof,
  type Message,
  MessageType,
  prove,
  proveAccount,
  proveConversation,
  proveHeader,
  proveMember,
  proveMessage,
  proveRevenue,
  proveSegment,
  proveSignature,
  type Segment,
  SegmentType,
  ShardType,
  SignatureType,
  type StateOfRoots,
  StateOfRootsType,
  verifyProof,
  witnessRoot,
} from '@parley/protocol'
import { vectorChain } from './blocks.ts'
import { packed, proofJson, type RootedType } from './render.ts'
import { hex } from './seeded.ts'

interface Row {
  readonly what: string
  readonly root: Uint8Array
  readonly leaf: { readonly ssz: string; readonly root: string }
  readonly proof: MerkleProof
}

const shardIndex = 3

function stateRows(chain: ReturnType<typeof vectorChain>): Row[] {
  const state: StateOfRoots = { ...chain.state, shards: chain.state.shards.map((each) => ShardType.hashTreeRoot(each)) }
  const root = StateOfRootsType.hashTreeRoot(state)
  const shard = chain.state.shards[shardIndex]!
  const conversation: Conversation = shard.conversations[0]!
  const account: Account = shard.accounts[0]!
  const member: Member = conversation.members[1]!
  const inShard = (...path: (string | number)[]) => prove(ShardType, shard, path).branch
  const ofConversation = inShard('conversations', 0)
  const revenue = proveRevenue(state, shardIndex, shard.revenue, inShard('revenue'))
  return [
    {
      what: 'conversation 0 of shard 3',
      root,
      leaf: packed(ConversationType as RootedType<Conversation>, conversation),
      proof: proveConversation(state, shardIndex, 0, conversation, ofConversation),
    },
    {
      what: 'member 1 of conversation 0 of shard 3',
      root,
      leaf: packed(MemberType as RootedType<Member>, member),
      proof: proveMember(state, shardIndex, 0, conversation, 1, ofConversation),
    },
    {
      what: 'account 0 of shard 3',
      root,
      leaf: packed(AccountType as RootedType<Account>, account),
      proof: proveAccount(state, shardIndex, 0, account, inShard('accounts', 0)),
    },
    {
      what: 'revenue of shard 3',
      root,
      leaf: { ssz: hex(revenue.leaf.subarray(0, 8)), root: hex(revenue.leaf) },
      proof: revenue,
    },
  ]
}

function batchRows(chain: ReturnType<typeof vectorChain>): Row[] {
  const blocks = chain.built.map(({ block }) => block)
  const witness = chain.built.map((each) => each.witness)
  const root = coreRoot(blocks)
  const place = { block: 3, run: 0, segment: 1 }
  const segment = blocks[3]!.runs[0]!.segments[1]!
  if (segment.body.selector !== 0) throw new Error('the segment to prove a message of has none')
  const signature = witness[3]![0]![1]![7]!
  return [
    {
      what: 'header of block 3',
      root,
      leaf: packed(BlockHeaderType as RootedType<BlockHeader>, blocks[3]!.header),
      proof: proveHeader(blocks, 3),
    },
    {
      what: 'segment 1 of run 0 of block 3',
      root,
      leaf: packed(SegmentType as unknown as RootedType<Segment>, segment),
      proof: proveSegment(blocks, place),
    },
    {
      what: 'message 7 of segment 1 of run 0 of block 3',
      root,
      leaf: packed(MessageType as RootedType<Message>, segment.body.value[7]!),
      proof: proveMessage(blocks, place, 7),
    },
    {
      what: 'signature 7 of segment 1 of run 0 of block 3, in the witness',
      root: witnessRoot(witness),
      leaf: packed(SignatureType as RootedType<Uint8Array>, signature),
      proof: proveSignature(witness, place, 7),
    },
  ]
}

/** One way to make a good proof show nothing. */
const spoil: readonly { why: string; bend: (proof: MerkleProof) => MerkleProof }[] = [
  { why: 'neighbouring index', bend: (proof) => ({ ...proof, gindex: proof.gindex ^ 1n }) },
  { why: 'lowest sibling missing', bend: (proof) => ({ ...proof, branch: proof.branch.slice(1) }) },
  { why: 'a level too many', bend: (proof) => ({ ...proof, branch: [...proof.branch, new Uint8Array(32)] }) },
  { why: 'one bit of the highest sibling', bend: (proof) => bendSibling(proof, proof.branch.length - 1) },
  { why: 'one bit of the leaf', bend: (proof) => ({ ...proof, leaf: proof.leaf.with(0, proof.leaf[0]! ^ 1) }) },
]

function bendSibling(proof: MerkleProof, level: number): MerkleProof {
  const sibling = proof.branch[level]!
  return { ...proof, branch: proof.branch.with(level, sibling.with(31, sibling[31]! ^ 128)) }
}

/** The file `test/vectors/proofs.json`. */
export function proofVectors() {
  const chain = vectorChain()
  const rows = [...stateRows(chain), ...batchRows(chain)]
  for (const { what, root, leaf, proof } of rows)
    if (!verifyProof(root, proof) || hex(proof.leaf) !== leaf.root)
      throw new Error(`the proof of ${what} does not hold`)
  const invalid = rows.flatMap(({ what, root, proof }) =>
    spoil.map(({ why, bend }) => {
      const bent = bend(proof)
      if (verifyProof(root, bent)) throw new Error(`the proof of ${what} holds with ${why}`)
      return { what, why, root: hex(root), ...proofJson(bent) }
    }),
  )
  return {
    note: 'Branches list siblings from the leaf upwards. State and batch are those after the four blocks of blocks.json.',
    valid: rows.map(({ what, root, leaf, proof }) => ({ what, root: hex(root), value: leaf, ...proofJson(proof) })),
    invalid,
  }
}
