import {
  ConversationType,
  proveAccount,
  type State,
  StateNodes,
  type StateOfRoots,
  StateType,
  verifyAccount,
  verifyConversation,
  viewOfBlock,
} from '@parley/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShardChunk, StateView } from '../src/index.ts'
import { ReferenceChain } from './support/chain.ts'
import { type BlockDraw, blockDraws } from './support/draws.ts'
import { startLanes, type TestLanes } from './support/lanes.ts'
import { Scenario } from './support/scenario.ts'

let lanes: TestLanes
const genesis: ShardChunk[] = []
const genesisRoots = new ReferenceChain().shardRoots()
const told: { block: bigint; changes: readonly Uint8Array[] }[] = []

beforeAll(async () => {
  lanes = await startLanes({ lanes: 3 })
  lanes.execution.onVerified((block, changes) => told.push({ block, changes }))
  for await (const chunk of lanes.execution.snapshot()) genesis.push(chunk)
})
afterAll(() => lanes.execution.close())

async function* chunksOf(list: readonly ShardChunk[]) {
  yield* list
}

function restored(chunks: readonly ShardChunk[]): StateView {
  const view = new StateView()
  view.restoreBegin()
  for (const chunk of chunks) view.restoreChunk(chunk)
  view.restoreEnd()
  return view
}

const rootsOf = (state: State, view: StateView): StateOfRoots => ({ ...state, shards: [...view.shardRoots] })

/** Every conversation and account of the view is the reference's, and is proven. */
function compare(view: StateView, state: State): void {
  const nodes = new StateNodes(rootsOf(state, view))
  expect(nodes.root).toEqual(StateType.hashTreeRoot(state))
  for (const [shard, { conversations, accounts }] of state.shards.entries()) {
    for (const [index, conversation] of conversations.entries()) {
      expect(view.conversation(shard, index)).toEqual(conversation)
      const bytes = new Uint8Array(1 + view.conversationBytes(shard, index))
      view.writeConversation(shard, index, bytes, 1)
      expect(bytes.slice(1)).toEqual(ConversationType.serialize(conversation))
      const inShard = new Uint8Array(28 * 32)
      expect(view.writeBranch(shard, index, inShard, 0)).toBe(inShard.length)
      const branch = Array.from({ length: 28 }, (_, i) => inShard.slice(32 * i, 32 * i + 32))
      expect(verifyConversation(nodes.root, shard, index, conversation, [...branch, ...nodes.branch(shard)])).toBe(true)
    }
    expect(view.has(shard, conversations.length)).toBe(false)
    for (const [index, account] of accounts.entries()) {
      const read = view.account(shard, index)
      if (read === undefined) throw new TypeError('no account')
      expect(read.account).toEqual(account)
      const { branch } = proveAccount(rootsOf(state, view), shard, index, account, read.branch)
      expect(verifyAccount(nodes.root, shard, index, account, branch)).toBe(true)
    }
    expect(view.account(shard, accounts.length)).toBeUndefined()
  }
}

async function verifyBlock(chain: ReferenceChain, scenario: Scenario, draw: BlockDraw | undefined): Promise<void> {
  const { items, offers } = draw === undefined ? scenario.prologue() : scenario.block(draw)
  const prices = chain.state.prices
  const built = chain.build(items, offers, BigInt(draw?.stepMs ?? 250))
  const block = viewOfBlock(built.block, built.witness)
  expect(await lanes.execution.verify(block, prices, built.items)).toBeUndefined()
}

describe('state view', () => {
  test('random blocks › what lanes tell of them gives the reference’s state, from genesis and from any snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(blockDraws, async (draws) => {
        await lanes.execution.restore(chunksOf(genesis), genesisRoots)
        told.length = 0
        const chain = new ReferenceChain()
        const scenario = new Scenario(chain)
        const views = [restored(genesis)]
        for (const draw of [undefined, ...draws]) {
          await verifyBlock(chain, scenario, draw)
          const [{ block, changes } = { block: 0n, changes: [] }] = told.splice(0)
          expect(block).toBe(chain.state.blockNumber)
          for (const view of views) for (const each of changes) view.apply(each)
          for (const view of views) expect(view.shardRoots).toEqual(chain.shardRoots())
          if (views.length < 3) {
            const chunks: ShardChunk[] = []
            for await (const chunk of lanes.execution.snapshot()) chunks.push(chunk)
            views.push(restored(chunks))
          }
        }
        for (const view of views) compare(view, chain.state)
      }),
      { seed: 11, numRuns: 6, endOnFailure: false },
    )
  })

  test('changes › that do not follow what there is are refused', () => {
    const changes = new Uint8Array(1 + 24 + 4 + 4 + 44 + 4)
    new DataView(changes.buffer).setUint32(25, 1, true)
    new DataView(changes.buffer).setUint32(29, 1, true)
    expect(() => new StateView().apply(changes)).toThrow(/account 1 where there are 0/)
  })

  test('snapshot › of which a chunk is missing is refused', () => {
    const view = new StateView()
    view.restoreBegin()
    for (const chunk of genesis.slice(1)) view.restoreChunk(chunk)
    expect(() => view.restoreEnd()).toThrow(/SNAPSHOT_INVALID/)
    expect(() => view.restoreChunk(genesis[1] as ShardChunk)).toThrow(/SNAPSHOT_INVALID/)
  })
})
