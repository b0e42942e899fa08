import { sameBytes } from '@parley/protocol/light'
import type {
  GroupContext,
  KeyPackage,
  LeafNode,
  PrivateMessage,
  ProposalOrRef,
  PublicMessage,
  RatchetTree,
  UpdatePath,
} from 'ts-mls'
import { emptyPskIndex, processPrivateMessage, processPublicMessage } from 'ts-mls'
import type { AuthenticatedContent } from 'ts-mls/authenticatedContent.js'
import { applyProposals, validateLeafNodeUpdateOrCommit } from 'ts-mls/clientState.js'
import { verifyKeyPackage } from 'ts-mls/keyPackage.js'
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js'
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js'
import { unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js'
import { addLeafNode, filteredDirectPathAndCopathResolution } from 'ts-mls/ratchetTree.js'
import { nodeToLeafIndex, toLeafIndex } from 'ts-mls/treemath.js'
import { applyUpdatePath } from 'ts-mls/updatePath.js'
import { messagingLimits } from '../limits.ts'
import type { GroupState } from './group.ts'
import { leavesOf, type MemberLeaf } from './leaf.ts'
import { slotExtension } from './slot-claim.ts'
import type { Suite } from './suite.ts'
import { findRepeatedKey, readLeaves } from './tree.ts'

/** What all members of an epoch can say of a commit alike. */
export interface PublicCommit {
  readonly author: 'member' | 'joiner'
  /** The author's leaf, as it was before for a member, as it is after for a joiner. */
  readonly leaf: MemberLeaf
  readonly added: readonly MemberLeaf[]
  readonly removed: readonly MemberLeaf[]
  /** All leaves after it. */
  readonly leaves: readonly MemberLeaf[]
}

/** A message that may be a commit. */
export type CommitMessage =
  | { readonly kind: 'private'; readonly message: PrivateMessage }
  | { readonly kind: 'public'; readonly message: PublicMessage }

/** Thrown within, and caught within: every member would say the same of the commit. */
class Unfit extends Error {}

/**
 * The public part of a commit, or why it is invalid for every member of the epoch alike. Nothing of the state is used up. Whether
 * its author may do what it does is for the caller to judge.
 * @param chainId - Chain id of the L2, which leaves' claims name.
 */
export async function readCommit(
  state: GroupState,
  commit: CommitMessage,
  chainId: bigint,
  suite: Suite,
): Promise<PublicCommit | string> {
  try {
    return await read(state, commit, chainId, suite)
  } catch (error) {
    // What the library refuses here depends on the epoch and the bytes alone, so everybody's library refuses it.
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Applies a commit whose public part holds.
 * @throws whatever the library throws when the private part does not hold for this member.
 */
export async function applyCommit(state: GroupState, commit: CommitMessage, suite: Suite): Promise<GroupState> {
  const { newState } =
    commit.kind === 'private'
      ? await processPrivateMessage(state, commit.message, emptyPskIndex, suite)
      : await processPublicMessage(state, commit.message, emptyPskIndex, suite)
  return newState
}

interface Opened {
  readonly author: number | undefined
  readonly proposals: readonly ProposalOrRef[]
  readonly path: UpdatePath | undefined
}

async function open(state: GroupState, commit: CommitMessage, suite: Suite): Promise<Opened> {
  const { content } = await authenticated(state, commit, suite)
  if (content.contentType !== 'commit') throw new Unfit('not a commit')
  if (content.authenticatedData.length > 0) throw new Unfit('it has authenticated data')
  const { sender } = content
  const wanted = commit.kind === 'private' ? 'member' : 'new_member_commit'
  if (sender.senderType !== wanted) throw new Unfit(`its sender is ${sender.senderType}, not ${wanted}`)
  return {
    author: sender.senderType === 'member' ? sender.leafIndex : undefined,
    proposals: content.commit.proposals,
    path: content.commit.path,
  }
}

async function authenticated(state: GroupState, commit: CommitMessage, suite: Suite): Promise<AuthenticatedContent> {
  const { groupContext, keySchedule, ratchetTree, secretTree, clientConfig } = state
  if (commit.kind === 'public')
    return unprotectPublicMessage(keySchedule.membershipKey, groupContext, ratchetTree, commit.message, suite)
  const { content } = await unprotectPrivateMessage(
    keySchedule.senderDataSecret,
    commit.message,
    secretTree,
    ratchetTree,
    groupContext,
    clientConfig.keyRetentionConfig,
    suite,
  )
  return content
}

async function read(
  state: GroupState,
  commit: CommitMessage,
  chainId: bigint,
  suite: Suite,
): Promise<PublicCommit | string> {
  const { groupContext, ratchetTree } = state
  const { author, proposals, path } = await open(state, commit, suite)
  const { added, removed } = readProposals(proposals, author === undefined)
  await assertPackages(added, groupContext, suite)
  const before = leavesBefore(ratchetTree, groupContext, chainId)
  const applied = await applyProposals(
    state,
    [...proposals],
    author === undefined ? undefined : toLeafIndex(author),
    emptyPskIndex,
    false,
    suite,
  )
  if (path === undefined && (applied.needsUpdatePath || author === undefined)) return 'it has no path'
  const tree =
    path === undefined ? applied.tree : await withPath(applied.tree, author, path, added, groupContext, suite)
  const repeated = findRepeatedKey(tree)
  if (repeated !== undefined) return repeated
  const leaves = readLeaves(tree, groupContext, chainId)
  if (typeof leaves === 'string') return leaves
  if (leaves.length > messagingLimits.leaves) return `${leaves.length} leaves are more than ${messagingLimits.leaves}`
  const newcomers = leaves.filter((leaf) => !before.some((other) => sameLeaf(leaf, other)))
  const authorIndex = author ?? indexOfPath(tree, path as UpdatePath)
  const leaf = (author === undefined ? leaves : before).find(({ index }) => index === authorIndex)
  if (leaf === undefined) return 'its author has no leaf'
  if (author !== undefined && path !== undefined && !keepsClaim(leaf, leaves))
    return 'it changes who its author’s leaf is'
  return {
    author: author === undefined ? 'joiner' : 'member',
    leaf,
    added: newcomers.filter(({ index }) => index !== authorIndex),
    removed: removed.map((index) => before.find((each) => each.index === index) as MemberLeaf),
    leaves,
  }
}

/** A member's path replaces its keys, not its claim. */
function keepsClaim(leaf: MemberLeaf, after: readonly MemberLeaf[]): boolean {
  return after.some((other) => other.index === leaf.index && sameLeaf(leaf, other))
}

function sameLeaf(a: MemberLeaf, b: MemberLeaf): boolean {
  return (
    sameBytes(a.installation, b.installation) &&
    sameBytes(a.identity, b.identity) &&
    sameBytes(a.claim.proof, b.claim.proof) &&
    a.claim.slot === b.claim.slot
  )
}

function leavesBefore(tree: RatchetTree, context: GroupContext, chainId: bigint): MemberLeaf[] {
  const leaves = readLeaves(tree, context, chainId)
  if (typeof leaves === 'string') throw new Error(`the own tree is not fit: ${leaves}`)
  return leaves
}

function indexOfPath(tree: RatchetTree, { leafNode }: UpdatePath): number {
  return leavesOf(tree).find(({ leaf }) => sameBytes(leaf.signature, leafNode.signature))?.index ?? -1
}

/** Only additions and removals by value; of a joiner one removal at most, beside its own arrival. */
function readProposals(
  proposals: readonly ProposalOrRef[],
  isJoiner: boolean,
): { readonly added: readonly KeyPackage[]; readonly removed: readonly number[] } {
  const added: KeyPackage[] = []
  const removed: number[] = []
  let arrivals = 0
  if (proposals.length > messagingLimits.proposals) throw new Unfit(`${proposals.length} proposals are too many`)
  for (const each of proposals) {
    if (each.proposalOrRefType !== 'proposal') throw new Unfit('a proposal by reference')
    const { proposal } = each
    if (proposal.proposalType === 'add') added.push((proposal as { add: { keyPackage: KeyPackage } }).add.keyPackage)
    else if (proposal.proposalType === 'remove')
      removed.push((proposal as { remove: { removed: number } }).remove.removed)
    else if (proposal.proposalType === 'external_init') arrivals += 1
    else throw new Unfit(`a proposal of type ${proposal.proposalType}`)
  }
  if (arrivals !== (isJoiner ? 1 : 0)) throw new Unfit(`${arrivals} arrivals by external commit`)
  if (isJoiner && (added.length > 0 || removed.length > 1)) throw new Unfit('an external commit does more than to join')
  return { added, removed }
}

/**
 * Key packages are of the group's suite and signed. The library checks that too, but of several that are not it leaves rejections
 * that nobody handles, which end a process.
 */
async function assertPackages(packages: readonly KeyPackage[], context: GroupContext, suite: Suite): Promise<void> {
  for (const each of packages) {
    const { leafNode, initKey, cipherSuite, version } = each
    if (cipherSuite !== context.cipherSuite || version !== context.version)
      throw new Unfit('a package of another suite')
    if (sameBytes(initKey, leafNode.hpkePublicKey)) throw new Unfit('a package with one key for two uses')
    if (!(await verifyKeyPackage(each, suite.signature))) throw new Unfit('a package that its key did not sign')
    if (!(await verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature)))
      throw new Unfit('a leaf that its key did not sign')
    const { extensions, credentials } = leafNode.capabilities
    if (!extensions.includes(slotExtension) || !credentials.includes('basic'))
      throw new Unfit('a leaf that does not know what all must know')
    if (leafNode.extensions.some(({ extensionType }) => extensionType !== slotExtension))
      throw new Unfit('a leaf with other extensions')
  }
}

/** The tree with the author's path, every part of which everybody can check. */
async function withPath(
  tree: RatchetTree,
  author: number | undefined,
  path: UpdatePath,
  added: readonly KeyPackage[],
  context: GroupContext,
  suite: Suite,
): Promise<RatchetTree> {
  const [base, index] = author === undefined ? withJoiner(tree, path.leafNode) : [tree, author]
  const fault = await validateLeafNodeUpdateOrCommit(path.leafNode, index, context, acceptCredential, suite.signature)
  if (fault !== undefined) throw fault
  assertCiphertexts(base, index, path, added)
  return applyUpdatePath(base, toLeafIndex(index), path, suite.hash, author === undefined)
}

function withJoiner(tree: RatchetTree, leaf: LeafNode): [RatchetTree, number] {
  const [grown, node] = addLeafNode(tree, leaf)
  return [grown, nodeToLeafIndex(node)]
}

/** One ciphertext for each node that must learn a path secret: the library would find a missing one at its reader only. */
function assertCiphertexts(tree: RatchetTree, author: number, path: UpdatePath, added: readonly KeyPackage[]): void {
  const isNew = (node: number): boolean => {
    const found = tree[node]
    return (
      found?.nodeType === 'leaf' && added.some(({ leafNode }) => sameBytes(leafNode.signature, found.leaf.signature))
    )
  }
  const expected = filteredDirectPathAndCopathResolution(toLeafIndex(author), tree)
  if (expected.length !== path.nodes.length) throw new Unfit('its path has another length')
  for (const [i, { resolution }] of expected.entries()) {
    const readers = resolution.filter((node) => !isNew(node)).length
    const given = path.nodes[i]?.encryptedPathSecret.length
    if (given !== readers) throw new Unfit(`node ${i} of its path is for ${given} readers, not ${readers}`)
  }
}

const acceptCredential = { validateCredential: async () => true }
