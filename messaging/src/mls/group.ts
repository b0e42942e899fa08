import {
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPubAndRatchetTree,
  decodeGroupState,
  encodeGroupState,
  encodeMlsMessage,
  type KeyPackage,
  type PrivateMessage,
  type Proposal,
} from 'ts-mls'
import { decryptSenderData } from 'ts-mls/privateMessage.js'
import { consumeRatchet } from 'ts-mls/secretTree.js'
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js'
import { encodeFrame, FrameKind } from '../codec/frame.ts'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { clientConfig, groupExtensions } from './config.ts'
import { type GroupName, groupId } from './group-id.ts'
import type { OwnPackage } from './leaf.ts'
import { exactly } from './message.ts'
import { applicationBytes, contentBytes, padUntil } from './padding.ts'
import type { Suite } from './suite.ts'

/** What a member holds of a group in one epoch. Secret. */
export type GroupState = ClientState

/** A commit that its author made and that waits for its place in the log. */
export interface MadeCommit {
  /** The state to go on in meanwhile: the keys of this commit are used up. */
  readonly base: GroupState
  /** The state once the commit is taken. */
  readonly next: GroupState
  readonly frame: Uint8Array
  /** MLSMessage / Welcome for the leaves that it adds. */
  readonly welcome: Uint8Array | undefined
}

/** What a commit does. */
export interface CommitInput {
  readonly add: readonly KeyPackage[]
  /** Leaf indices. */
  readonly remove: readonly number[]
}

/** Founds a group with one leaf. */
export function foundGroup(name: GroupName, own: OwnPackage, suite: Suite): Promise<GroupState> {
  return createGroup(groupId(name), own.keyPackage, own.secrets, [...groupExtensions], suite, clientConfig(0))
}

/** Encrypts an application message; the frame has one of the classes' sizes. @throws {MessagingError} `MESSAGE_TOO_LARGE`. */
export async function encrypt(
  state: GroupState,
  plaintext: Uint8Array,
  suite: Suite,
): Promise<{ readonly state: GroupState; readonly frame: Uint8Array }> {
  const padded = paddedTo(applicationBytes(plaintext.length))
  const { newState, privateMessage } = await createApplicationMessage(withPadding(state, padded), plaintext, suite)
  const body = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage })
  return { state: withPadding(newState, 0), frame: encodeFrame({ kind: FrameKind.mls, body }) }
}

/** Makes a commit. Its frame is padded to a class, so it is made twice: its size is not known before. */
export async function makeCommit(state: GroupState, { add, remove }: CommitInput, suite: Suite): Promise<MadeCommit> {
  const extraProposals: Proposal[] = [
    ...remove.map((removed): Proposal => ({ proposalType: 'remove', remove: { removed } })),
    ...add.map((keyPackage): Proposal => ({ proposalType: 'add', add: { keyPackage } })),
  ]
  const commitPadded = (padding: number): ReturnType<typeof createCommit> =>
    createCommit(
      { state: withPadding(state, padding), cipherSuite: suite },
      { extraProposals, ratchetTreeExtension: true },
    )
  const { commit: bare } = await commitPadded(0)
  const bareFrame = encodeFrame({ kind: FrameKind.mls, body: encodeMlsMessage(bare) })
  const { newState, commit, welcome } = await commitPadded(paddedTo(contentBytes(bareFrame.length)))
  const own = leafToNodeIndex(toLeafIndex(state.privatePath.leafIndex))
  const { newTree } = await consumeRatchet(state.secretTree, own, 'commit', suite)
  return {
    base: { ...state, secretTree: newTree },
    next: withPadding(newState, 0),
    frame: encodeFrame({ kind: FrameKind.mls, body: encodeMlsMessage(commit) }),
    welcome: welcome && encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome }),
  }
}

/** What somebody who joins by a commit of its own must know, the tree with it: MLSMessage / GroupInfo. */
export async function groupInfo(state: GroupState, suite: Suite): Promise<Uint8Array> {
  const info = await createGroupInfoWithExternalPubAndRatchetTree(state, [], suite)
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_group_info', groupInfo: info })
}

/**
 * The leaf that a PrivateMessage names as its author, without using up any key; undefined when the epoch's keys are not known.
 * @throws whatever the library throws at a message that is not of this epoch.
 */
export async function peekSender(
  state: GroupState,
  message: PrivateMessage,
  suite: Suite,
): Promise<number | undefined> {
  const secret =
    message.epoch === state.groupContext.epoch
      ? state.keySchedule.senderDataSecret
      : state.historicalReceiverData.get(message.epoch)?.senderDataSecret
  if (secret === undefined) return undefined
  return (await decryptSenderData(message, secret, suite))?.leafIndex
}

/** Forgets the keys of epochs that ended. */
export function forgetEpochs(state: GroupState, isOver: (epoch: bigint) => boolean): GroupState {
  const kept = [...state.historicalReceiverData].filter(([epoch]) => !isOver(epoch))
  if (kept.length === state.historicalReceiverData.size) return state
  return { ...state, historicalReceiverData: new Map(kept) }
}

export function encodeState(state: GroupState): Uint8Array {
  return encodeGroupState(state)
}

/** @throws {MessagingError} `FRAME_INVALID`: the device's store has something else. */
export function decodeState(bytes: Uint8Array): GroupState {
  const state = exactly(() => decodeGroupState(bytes, 0), bytes, 'group state', encodeGroupState)
  return { ...state, clientConfig: clientConfig(0) }
}

function withPadding(state: GroupState, padded: number): GroupState {
  return { ...state, clientConfig: clientConfig(padded) }
}

function paddedTo(bytes: number): number {
  const padded = padUntil(bytes)
  if (padded !== undefined) return padded
  throw new MessagingError({
    code: 'MESSAGE_TOO_LARGE',
    bytes,
    maximum: contentBytes(messagingLimits.frameClasses.at(-1) as number),
  })
}

/** Whose leaf the state is. */
export function ownLeaf({ ratchetTree, privatePath }: GroupState): { identity: Uint8Array; installation: Uint8Array } {
  const node = ratchetTree[privatePath.leafIndex * 2]
  if (node?.nodeType !== 'leaf' || node.leaf.credential.credentialType !== 'basic')
    throw new TypeError('a group state has its own leaf')
  return { identity: node.leaf.credential.identity, installation: node.leaf.signaturePublicKey }
}
