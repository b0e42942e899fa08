import { type ConversationPlace, conversationDepth, eachMultiproofNode } from '@parley/protocol'
import type { PublishedState } from '../state/published-state.ts'
import { provenBytes, writeProven } from './proven-bytes.ts'

const nodeBytes = 32
const placeBytes = 5
const offsetBytes = 4
/** Of each conversation before its SSZ: shard, index and where that begins. */
const placedBytes = placeBytes + offsetBytes
const headBytes = provenBytes + 3 * offsetBytes
/** Levels between conversations' roots and their shard's. */
const shardLevels = 28

/** Nodes that prove conversations together: levels from 0, the conversations' roots, and positions in them. */
interface ProofNodes {
  readonly levels: number[]
  readonly positions: number[]
}

function nodesOf(places: readonly ConversationPlace[]): ProofNodes {
  const nodes: ProofNodes = { levels: [], positions: [] }
  if (places.length > 0)
    eachMultiproofNode(places, (level, position) => {
      nodes.levels.push(level)
      nodes.positions.push(position)
    })
  return nodes
}

/** What an answer with many conversations is made of. */
export class ConversationsAnswer {
  readonly known: readonly ConversationPlace[]
  readonly unknown: readonly ConversationPlace[]
  private readonly published: PublishedState
  private readonly nodes: ProofNodes

  /** @param places - Ascending, each once. */
  constructor(published: PublishedState, places: readonly ConversationPlace[]) {
    this.published = published
    const { view } = published
    this.known = places.filter(({ shard, index }) => view.has(shard, index))
    this.unknown = places.filter(({ shard, index }) => !view.has(shard, index))
    this.nodes = nodesOf(this.known)
  }

  /** Bytes of the answer in SSZ. */
  get length(): number {
    const { known, unknown, nodes, published } = this
    const conversations = known.reduce(
      (sum, { shard, index }) => sum + offsetBytes + placedBytes + published.view.conversationBytes(shard, index),
      0,
    )
    return headBytes + conversations + placeBytes * unknown.length + nodeBytes * nodes.levels.length
  }

  /** The nodes, in the order of the proof. */
  proofNodes(): Uint8Array[] {
    return this.nodes.levels.map((_, i) => {
      const node = new Uint8Array(nodeBytes)
      this.writeNode(i, node, 0)
      return node
    })
  }

  /** SSZ of a `ProvenConversations`, without a value in between. */
  bytes(isFinal: boolean): Uint8Array {
    const { known, unknown, nodes, published } = this
    const bytes = Buffer.allocUnsafe(this.length)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    writeProven(published, isFinal, bytes, view)
    view.setUint32(provenBytes, headBytes, true)
    let at = headBytes + offsetBytes * known.length
    known.forEach(({ shard, index }, i) => {
      view.setUint32(headBytes + offsetBytes * i, at - headBytes, true)
      bytes[at] = shard
      view.setUint32(at + 1, index, true)
      view.setUint32(at + placeBytes, placedBytes, true)
      published.view.writeConversation(shard, index, bytes, at + placedBytes)
      at += placedBytes + published.view.conversationBytes(shard, index)
    })
    view.setUint32(provenBytes + offsetBytes, at, true)
    for (const { shard, index } of unknown) {
      bytes[at] = shard
      view.setUint32(at + 1, index, true)
      at += placeBytes
    }
    view.setUint32(provenBytes + 2 * offsetBytes, at, true)
    for (let i = 0; i < nodes.levels.length; i += 1, at += nodeBytes) this.writeNode(i, bytes, at)
    return bytes
  }

  private writeNode(i: number, to: Uint8Array, at: number): void {
    const { nodes, published } = this
    const level = nodes.levels[i] as number
    const position = nodes.positions[i] as number
    if (level < shardLevels) {
      const perShard = 2 ** (shardLevels - level)
      published.view.writeNode(Math.floor(position / perShard), level, position % perShard, to, at)
    } else {
      to.set(published.nodes.node(2 ** (conversationDepth - level) + position), at)
    }
  }
}
