import type { Bytes32 } from '@parley/protocol/light'
import {
  type ClientState,
  emptyPskIndex,
  type GroupContext,
  type GroupInfo,
  type RatchetTree,
  type Welcome,
} from 'ts-mls'
import { extensionsEqual } from 'ts-mls/extension.js'
import { ratchetTreeFromExtension, verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js'
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js'
import { deriveKeySchedule } from 'ts-mls/keySchedule.js'
import { pathToRoot } from 'ts-mls/pathSecrets.js'
import { mergePrivateKeyPaths, type PrivateKeyPath, toPrivateKeyPath } from 'ts-mls/privateKeyPath.js'
import { accumulatePskSecret } from 'ts-mls/pskIndex.js'
import { findLeafIndex } from 'ts-mls/ratchetTree.js'
import { createSecretTree } from 'ts-mls/secretTree.js'
import { leafToNodeIndex, leafWidth, toLeafIndex } from 'ts-mls/treemath.js'
import { firstCommonAncestor } from 'ts-mls/updatePath.js'
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js'
import { MessagingError } from '../faults.ts'
import { clientConfig, groupExtensions } from './config.ts'
import type { OwnPackage } from './leaf.ts'
import type { Suite } from './suite.ts'
import { findTreeFault } from './tree.ts'

/** The digests of the key packages that a Welcome is for. */
export function recipientsOf(welcome: Welcome): readonly Bytes32[] {
  return welcome.secrets.map(({ newMember }) => newMember)
}

export function packageRef({ keyPackage }: OwnPackage, suite: Suite): Promise<Bytes32> {
  return makeKeyPackageRef(keyPackage, suite.hash)
}

/**
 * Joins by a Welcome: RFC 9420 §12.4.3.1, without pre-shared keys, which our groups do not have.
 * @throws {MessagingError} `WELCOME_INVALID`, and whatever the library throws at a stranger's bytes.
 */
export async function joinByWelcome(welcome: Welcome, own: OwnPackage, suite: Suite): Promise<ClientState> {
  const secrets = await decryptGroupSecrets(
    await suite.hpke.importPrivateKey(own.secrets.initPrivateKey),
    await packageRef(own, suite),
    welcome,
    suite.hpke,
  )
  if (secrets === undefined) throw refused('group secrets cannot be decoded')
  if (secrets.psks.length > 0) throw refused('it wants pre-shared keys')
  const [pskSecret] = await accumulatePskSecret([], emptyPskIndex, suite, new Uint8Array(suite.kdf.size))
  const info = await decryptGroupInfo(welcome, secrets.joinerSecret, pskSecret, suite)
  if (info === undefined) throw refused('GroupInfo cannot be decoded')
  const { groupContext } = info
  if (groupContext.cipherSuite !== own.keyPackage.cipherSuite) throw refused('its suite is not the key package’s')
  const tree = await checkedTree(info, suite)
  const leaf = findLeafIndex(tree, own.keyPackage.leafNode)
  if (leaf === undefined) throw refused('the tree does not have the leaf of the key package')
  if (!(await verifyGroupInfoConfirmationTag(info, secrets.joinerSecret, pskSecret, suite)))
    throw refused('the confirmation tag does not hold')
  const [keySchedule, encryptionSecret] = await deriveKeySchedule(
    secrets.joinerSecret,
    pskSecret,
    groupContext,
    suite.kdf,
  )
  let privatePath: PrivateKeyPath = {
    leafIndex: leaf,
    privateKeys: { [leafToNodeIndex(leaf)]: own.secrets.hpkePrivateKey },
  }
  if (secrets.pathSecret !== undefined) {
    const shared = firstCommonAncestor(tree, leaf, toLeafIndex(info.signer))
    const above = await pathToRoot(tree, shared, secrets.pathSecret, suite.kdf)
    privatePath = mergePrivateKeyPaths(await toPrivateKeyPath(above, leaf, suite), privatePath)
  }
  return {
    groupContext,
    ratchetTree: tree,
    privatePath,
    keySchedule,
    secretTree: await createSecretTree(leafWidth(tree.length), encryptionSecret, suite.kdf),
    signaturePrivateKey: own.secrets.signaturePrivateKey,
    confirmationTag: info.confirmationTag,
    unappliedProposals: {},
    historicalReceiverData: new Map(),
    groupActiveState: { kind: 'active' },
    clientConfig: clientConfig(0),
  }
}

/** The tree of a GroupInfo, found to be that of its context and signed by one of its leaves. @throws {MessagingError} `WELCOME_INVALID`. */
export async function checkedTree(info: GroupInfo, suite: Suite): Promise<RatchetTree> {
  const tree = ratchetTreeFromExtension(info)
  if (tree === undefined) throw refused('it comes without a tree')
  assertContext(info.groupContext)
  const fault = await findTreeFault(tree, info.groupContext, suite)
  if (fault !== undefined) throw refused(fault)
  const signer = tree[leafToNodeIndex(toLeafIndex(info.signer))]
  if (signer?.nodeType !== 'leaf') throw refused('its signer is no leaf')
  if (!(await verifyGroupInfoSignature(info, signer.leaf.signaturePublicKey, suite.signature)))
    throw refused('it is not signed by its signer')
  return tree
}

/** Our groups keep the extensions of their founding. */
function assertContext({ extensions }: GroupContext): void {
  if (!extensionsEqual(extensions, [...groupExtensions])) throw refused('the group’s extensions are others')
}

function refused(reason: string): MessagingError {
  return new MessagingError({ code: 'WELCOME_INVALID', reason })
}
