import { type Bytes20, type Bytes32, type MemberKey, sameBytes } from '@parley/protocol/light'
import {
  type Capabilities,
  type ClientState,
  generateKeyPackageWithKey,
  type KeyPackage,
  type LeafNode,
  type Lifetime,
  type PrivateKeyPackage,
} from 'ts-mls'
import type { GroupName } from './group-id.ts'
import {
  claimSlot,
  decodeSlotClaim,
  encodeSlotClaim,
  isClaimSigned,
  type SlotClaim,
  slotExtension,
} from './slot-claim.ts'
import { type Suite, suiteIds } from './suite.ts'

/** The keys of one device. */
export interface InstallationKeys {
  readonly identity: Bytes20
  /** Ed25519: 32 secret bytes and the public key. */
  readonly signing: { readonly secret: Uint8Array; readonly key: Bytes32 }
}

/** What a leaf is made of. */
export interface LeafInput {
  readonly installation: InstallationKeys
  readonly chainId: bigint
  readonly group: GroupName
  readonly slot: number
  readonly slotKey: MemberKey
  readonly ackKey: Bytes32
  readonly lifetime: Lifetime
}

/** A key package and the secrets of it, which stay on the device. */
export interface OwnPackage {
  readonly keyPackage: KeyPackage
  readonly secrets: PrivateKeyPackage
}

/** A leaf whose claims were found to hold. */
export interface MemberLeaf {
  readonly index: number
  readonly identity: Bytes20
  readonly installation: Bytes32
  readonly claim: SlotClaim
}

const capabilities: Capabilities = {
  versions: ['mls10'],
  ciphersuites: [...suiteIds],
  extensions: [slotExtension],
  proposals: [],
  credentials: ['basic'],
}

/** A key package that is good for one slot of one generation of one conversation. */
export async function makePackage(suite: Suite, input: LeafInput): Promise<OwnPackage> {
  const { installation, chainId, group, slot, slotKey, ackKey, lifetime } = input
  const { secret, key } = installation.signing
  const claim = claimSlot(slot, slotKey, ackKey, { ...group, chainId, signatureKey: key })
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: installation.identity },
    capabilities,
    lifetime,
    [],
    { signKey: secret, publicKey: key },
    suite,
    [{ extensionType: slotExtension, extensionData: encodeSlotClaim(claim) }],
  )
  return { keyPackage: publicPackage, secrets: privatePackage }
}

/** What was found of a leaf, and for which group. */
interface Read {
  readonly index: number
  readonly group: GroupName
  readonly chainId: bigint
  readonly found: MemberLeaf | string
}

/**
 * What was found of leaves, which are never changed: to check one leaf's claim takes a millisecond, and all leaves of a group are
 * asked for several times an entry.
 */
const known = new WeakMap<LeafNode, Read>()

/**
 * What a leaf says of itself, if it is of the form that this protocol wants and its slot's key made the claim; otherwise why not.
 * That the slot is live with this key is another question.
 */
export function readLeaf(leaf: LeafNode, index: number, group: GroupName, chainId: bigint): MemberLeaf | string {
  const before = known.get(leaf)
  if (before !== undefined && before.index === index && before.chainId === chainId && isSameGroup(before.group, group))
    return before.found
  const found = findMember(leaf, index, group, chainId)
  known.set(leaf, { index, group, chainId, found })
  return found
}

function isSameGroup(a: GroupName, b: GroupName): boolean {
  return a.generation === b.generation && sameBytes(a.conversation, b.conversation)
}

function findMember(leaf: LeafNode, index: number, group: GroupName, chainId: bigint): MemberLeaf | string {
  const { credential, signaturePublicKey, extensions } = leaf
  if (credential.credentialType !== 'basic' || credential.identity.length !== 20) return 'credential is not an address'
  const [extension] = extensions
  if (extensions.length !== 1 || extension?.extensionType !== slotExtension) return 'extension is not parley_slot alone'
  const claim = decodeSlotClaim(extension.extensionData)
  if (claim === undefined) return 'parley_slot has another length'
  if (!isClaimSigned(claim, { ...group, chainId, signatureKey: signaturePublicKey }))
    return 'parley_slot is not signed by its slot’s key'
  return { index, identity: credential.identity, installation: signaturePublicKey, claim }
}

/** Leaves of a tree with their indices. */
export function leavesOf(tree: ClientState['ratchetTree']): { readonly leaf: LeafNode; readonly index: number }[] {
  return tree.flatMap((node, i) => (node?.nodeType === 'leaf' ? [{ leaf: node.leaf, index: i / 2 }] : []))
}
