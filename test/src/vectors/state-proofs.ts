import {
  type Account,
  AccountType,
  type Shard,
  ShardType,
  type State,
  StateOfRootsType,
  StateType,
  stateGindex,
} from '@parley/protocol'
import type { Hex } from 'viem'
import { hex, Seeded } from './seeded.ts'

interface TreeNode {
  readonly root: Uint8Array
  readonly left: TreeNode
  readonly right: TreeNode
}

/** Siblings on the way from the node at `gindex` up to the root, lowest first. */
function branchOf(tree: TreeNode, gindex: bigint): Hex[] {
  const siblings: Hex[] = []
  let node = tree
  for (const bit of gindex.toString(2).slice(1)) {
    siblings.unshift(hex((bit === '1' ? node.left : node.right).root))
    node = bit === '1' ? node.right : node.left
  }
  return siblings
}

const account = (random: Seeded): Account => ({
  owner: random.bytes(20),
  nonce: random.uint64(),
  balance: random.uint64() >> 2n,
  withdrawn: random.uint64() >> 20n,
})

function shard(random: Seeded, accounts: number): Shard {
  return {
    conversations: [
      {
        id: random.bytes(32),
        epoch: random.uint64(),
        members: [
          {
            key: random.bytes(32),
            role: 2,
            nonce: random.uint64(),
            sponsor: 0,
            allowance: random.uint64(),
            priceLimit: random.uint64(),
          },
        ],
        messageCount: random.uint64(),
        head: random.bytes(32),
      },
    ],
    accounts: Array.from({ length: accounts }, () => account(random)),
    feeExcess: random.uint64(),
    feeTime: random.uint64(),
    revenue: random.uint64() >> 20n,
  }
}

function buildState(random: Seeded): State {
  const state = StateType.defaultValue()
  for (const [index, accounts] of [
    [0, 1],
    [5, 7],
    [63, 2],
  ] as const) {
    state.shards[index] = shard(random, accounts)
  }
  state.inboxCount = random.uint64()
  state.prices = {
    coreByte: random.uint64(),
    witnessByte: random.uint64(),
    settlement: random.uint64(),
    stateByte: random.uint64(),
  }
  state.blockNumber = random.uint64()
  state.timestamp = random.uint64()
  return state
}

function accountProof(state: State, tree: TreeNode, shardIndex: number, index: number) {
  const value = state.shards[shardIndex]!.accounts[index]!
  const gindex = stateGindex.account(shardIndex, index)
  return {
    shard: shardIndex,
    index,
    owner: hex(value.owner),
    nonce: value.nonce.toString(),
    balance: value.balance.toString(),
    withdrawn: value.withdrawn.toString(),
    leaf: hex(AccountType.hashTreeRoot(value)),
    branch: branchOf(tree, gindex),
  }
}

function revenueProof(state: State, tree: TreeNode, shardIndex: number) {
  const gindex = stateGindex.revenue(shardIndex)
  return {
    shard: shardIndex,
    revenue: state.shards[shardIndex]!.revenue.toString(),
    branch: branchOf(tree, gindex),
  }
}

/** The file `test/vectors/state-proofs.json`: branches of accounts and revenues in a state with few of either. */
export function stateProofVectors() {
  const state = buildState(new Seeded('state'))
  const tree = StateType.toView(state).node as TreeNode
  const stateRoot = hex(StateType.hashTreeRoot(state))
  const ofRoots = StateOfRootsType.hashTreeRoot({
    ...state,
    shards: state.shards.map((value) => ShardType.hashTreeRoot(value)),
  })
  if (hex(ofRoots) !== stateRoot) throw new Error('StateOfRoots and State disagree')
  return {
    note: 'Branches list siblings from the leaf upwards.',
    stateRoot,
    accounts: [
      accountProof(state, tree, 0, 0),
      accountProof(state, tree, 5, 0),
      accountProof(state, tree, 5, 6),
      accountProof(state, tree, 63, 1),
    ],
    revenues: [0, 5, 63, 9].map((index) => revenueProof(state, tree, index)),
  }
}
