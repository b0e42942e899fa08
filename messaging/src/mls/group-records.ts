import { decodeGroupState, encodeGroupState } from 'ts-mls'
import { encode } from 'ts-mls/codec/tlsEncoder.js'
import { decodeSecretTreeNode, type SecretTreeNode, secretTreeNodeEncoder } from 'ts-mls/secretTree.js'
import { clientConfig } from './config.ts'
import type { GroupState } from './group.ts'
import { exactly } from './message.ts'

/**
 * A group's state for the store, where each node of the tree of message keys is by itself: a message changes one of them, and nothing
 * else.
 */
interface GroupRecords {
  /** Everything but the nodes. */
  readonly rest: Uint8Array
  /** By number of the node. */
  readonly nodes: readonly Uint8Array[]
}

const encodeNode = encode(secretTreeNodeEncoder)

/** Nodes of the tree of message keys: what a message changes is replaced, the others stay. */
export function nodesOf({ secretTree }: GroupState): readonly SecretTreeNode[] {
  return secretTree
}

export function encodeSecretNode(node: SecretTreeNode): Uint8Array {
  return encodeNode(node)
}

/** What the bytes of {@link encodeRest} follow from. */
export function restOf(state: GroupState): readonly unknown[] {
  const { secretTree: _tree, clientConfig: _config, ...rest } = state
  return Object.values(rest)
}

/** Everything but the nodes. */
export function encodeRest(state: GroupState): Uint8Array {
  return encodeGroupState({ ...state, secretTree: [] })
}

/** @throws {MessagingError} `FRAME_INVALID`: the device's store has something else. */
export function decodeGroup({ rest, nodes }: GroupRecords): GroupState {
  const state = exactly(() => decodeGroupState(rest, 0), rest, 'group state', encodeGroupState)
  const secretTree = nodes.map((bytes) =>
    exactly(() => decodeSecretTreeNode(bytes, 0), bytes, 'message keys', encodeSecretNode),
  )
  return { ...state, secretTree, clientConfig: clientConfig(0) }
}
