import { sameBytes } from '@parley/protocol/light'
import type { GroupContext, LeafNode, RatchetTree } from 'ts-mls'
import { validateLeafNodeUpdateOrCommit } from 'ts-mls/clientState.js'
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js'
import { verifyParentHashes } from 'ts-mls/parentHash.js'
import { treeHashRoot } from 'ts-mls/treeHash.js'
import { directPath, leafToNodeIndex, leafWidth, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js'
import { groupName } from './group-id.ts'
import { leavesOf, type MemberLeaf, readLeaf } from './leaf.ts'
import type { Suite } from './suite.ts'

/**
 * Why a tree that a stranger sent is not the tree of a group, or undefined. RFC 9420 §12.4.3.1, with our leaves; lifetimes are not
 * looked at, for members may live longer than their key packages.
 *
 * The library's own check compares whole lists of unmerged leaves along a path and refuses trees of ordinary groups.
 */
export async function findTreeFault(
  tree: RatchetTree,
  context: GroupContext,
  suite: Suite,
): Promise<string | undefined> {
  const shape = findShapeFault(tree) ?? findUnmergedFault(tree) ?? findRepeatedKey(tree)
  if (shape !== undefined) return shape
  for (const { leaf, index } of leavesOf(tree)) {
    const fault = await findLeafFault(leaf, index, context, suite)
    if (fault !== undefined) return `leaf ${index}: ${fault}`
  }
  if (!sameBytes(await treeHashRoot(tree, suite.hash), context.treeHash)) return 'tree hash is another'
  return (await verifyParentHashes(tree, suite.hash)) ? undefined : 'a parent hash does not hold'
}

function findShapeFault(tree: RatchetTree): string | undefined {
  const misplaced = tree.findIndex((node, i) => node !== undefined && (node.nodeType === 'leaf') !== (i % 2 === 0))
  return misplaced === -1 ? undefined : `node ${misplaced} is of the wrong type`
}

/** An unmerged leaf is below its parent, and every node between them that is not blank lists it, too. */
export function findUnmergedFault(tree: RatchetTree): string | undefined {
  for (const [i, node] of tree.entries()) {
    if (node?.nodeType !== 'parent') continue
    for (const leaf of node.parent.unmergedLeaves) {
      const at = leafToNodeIndex(toLeafIndex(leaf))
      const path = tree[at] === undefined ? [] : directPath(at, leafWidth(tree.length))
      const parent = path.indexOf(toNodeIndex(i))
      if (parent === -1) return `node ${i} lists leaf ${leaf}, which is not below it`
      for (const between of path.slice(0, parent)) {
        const other = tree[between]
        if (other?.nodeType === 'parent' && !other.parent.unmergedLeaves.includes(leaf))
          return `node ${between} does not list leaf ${leaf}, which node ${i} above it lists`
      }
    }
  }
  return undefined
}

/** Encryption keys of all nodes differ, and so do the signature keys of leaves. */
export function findRepeatedKey(tree: RatchetTree): string | undefined {
  const seen = new Set<string>()
  const isNew = (kind: string, key: Uint8Array): boolean => seen.size < seen.add(`${kind}${key.join()}`).size
  for (const [i, node] of tree.entries()) {
    if (node === undefined) continue
    const key = node.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey
    if (!isNew('encryption', key)) return `node ${i} repeats an encryption key`
    if (node.nodeType === 'leaf' && !isNew('signature', node.leaf.signaturePublicKey))
      return `node ${i} repeats a signature key`
  }
  return undefined
}

async function findLeafFault(
  leaf: LeafNode,
  index: number,
  context: GroupContext,
  suite: Suite,
): Promise<string | undefined> {
  if (leaf.leafNodeSource !== 'key_package')
    return (await validateLeafNodeUpdateOrCommit(leaf as never, index, context, acceptCredential, suite.signature))
      ?.message
  const signed = await verifyLeafNodeSignatureKeyPackage(leaf as never, suite.signature)
  return signed ? undefined : 'is not signed by its key'
}

const acceptCredential = { validateCredential: async () => true }

/** All leaves of a tree, read; or what is wrong with the first that is not ours. */
export function readLeaves(tree: RatchetTree, context: GroupContext, chainId: bigint): MemberLeaf[] | string {
  const name = groupName(context.groupId)
  if (name === undefined) return 'group id has another length'
  const leaves: MemberLeaf[] = []
  for (const { leaf, index } of leavesOf(tree)) {
    const read = readLeaf(leaf, index, name, chainId)
    if (typeof read === 'string') return `leaf ${index}: ${read}`
    leaves.push(read)
  }
  return leaves
}
