import { getNode } from '@chainsafe/persistent-merkle-tree'
import type { Type } from '@chainsafe/ssz'
import { sameBytes } from '../ssz/bytes.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type Conversation, ConversationType, type State, StateType } from '../types/state.ts'
import { rootWithin } from './merkle.ts'
import { stateGindex } from './state.ts'

/** Levels between a conversation's root and the state's: all conversations lie at one depth. */
export const conversationDepth = stateGindex.conversation(0, 0).toString(2).length - 1
const firstGindex = 2n ** BigInt(conversationDepth)

/** Where a conversation is. */
export interface ConversationPlace {
  readonly shard: number
  readonly index: number
}

/** A conversation at its place. */
export interface PlacedConversation extends ConversationPlace {
  readonly conversation: Conversation
}

/** Place among the nodes of its level, from 0. @throws {RangeError} when the state has no such place. */
export function conversationPosition(shard: number, index: number): number {
  return Number(stateGindex.conversation(shard, index) - firstGindex)
}

/**
 * Visits the nodes that prove several conversations at once, in the order of the proof: from the conversations' level up, and
 * in each from right to left.
 * @param places - Ascending by shard and index, each once.
 * @param visit - Is given the level, 0 having the conversations' roots, and the position in it from the left.
 * @throws {RangeError} when places do not ascend, or there are none.
 */
export function eachMultiproofNode(
  places: readonly ConversationPlace[],
  visit: (level: number, position: number) => void,
): void {
  let positions = descending(places)
  for (let level = 0; level < conversationDepth; level += 1)
    positions = parentsOf(positions, (position) => visit(level, siblingOf(position)))
}

/** Generalised indices of these nodes, in the same order, which is descending. */
export function multiproofGindices(places: readonly ConversationPlace[]): bigint[] {
  const gindices: bigint[] = []
  eachMultiproofNode(places, (level, position) => {
    gindices.push(2n ** BigInt(conversationDepth - level) + BigInt(position))
  })
  return gindices
}

/** The nodes that prove conversations of a whole state at once. @param places - Ascending, each once. */
export function proveConversations(state: State, places: readonly ConversationPlace[]): Bytes32[] {
  const tree = StateType.value_toTree(state)
  return multiproofGindices(places).map((gindex) => getNode(tree, gindex).root)
}

/**
 * Whether `nodes` show exactly these conversations under a state root. What is malformed shows nothing: conversations that do
 * not ascend by shard and index, one node too few or too many, a node that has not 32 bytes, no conversation at all.
 */
export function verifyConversations(
  stateRoot: Bytes32,
  conversations: readonly PlacedConversation[],
  nodes: readonly Bytes32[],
): boolean {
  try {
    return sameBytes(rootOfConversations(conversations, nodes), stateRoot)
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** @throws {RangeError} when what is given is malformed. */
function rootOfConversations(conversations: readonly PlacedConversation[], nodes: readonly Bytes32[]): Bytes32 {
  const given = nodes.values()
  const next = (): Bytes32 => {
    const { value } = given.next()
    if (value?.length !== 32) throw new RangeError('a node of 32 bytes is missing')
    return value
  }
  let level = descending(conversations)
  let roots = conversations
    .map(({ conversation }) => rootWithin(ConversationType as Type<Conversation>, conversation))
    .reverse()
  for (let depth = conversationDepth; depth > 0; depth -= 1) {
    const parents: Bytes32[] = []
    let at = 0
    level = parentsOf(
      level,
      (position) => {
        const root = roots[at] as Bytes32
        at += 1
        parents.push(position % 2 === 0 ? hash64(root, next()) : hash64(next(), root))
      },
      () => {
        parents.push(hash64(roots[at + 1] as Bytes32, roots[at] as Bytes32))
        at += 2
      },
    )
    roots = parents
  }
  if (given.next().done !== true) throw new RangeError('a node is left over')
  return roots[0] as Bytes32
}

/** @throws {RangeError} when places do not ascend, or there are none. */
function descending(places: readonly ConversationPlace[]): number[] {
  const positions = places.map(({ shard, index }) => conversationPosition(shard, index))
  if (positions.length === 0) throw new RangeError('no conversations')
  positions.forEach((position, i) => {
    if (i > 0 && position <= (positions[i - 1] as number)) throw new RangeError('places do not ascend')
  })
  return positions.reverse()
}

const siblingOf = (position: number): number => (position % 2 === 0 ? position + 1 : position - 1)

/**
 * Positions one level up.
 * @param positions - Descending, each once.
 * @param single - Told of each whose sibling is not among them.
 * @param pair - Told of each two that are siblings.
 */
function parentsOf(
  positions: readonly number[],
  single: (position: number) => void,
  pair: () => void = () => undefined,
): number[] {
  const parents: number[] = []
  for (let i = 0; i < positions.length; i += 1) {
    const position = positions[i] as number
    if (positions[i + 1] === position - 1 && position % 2 === 1) {
      pair()
      i += 1
    } else {
      single(position)
    }
    parents.push(Math.floor(position / 2))
  }
  return parents
}
