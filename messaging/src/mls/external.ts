import type { ClientState, GroupInfo, MLSMessage, Proposal, RatchetTree } from 'ts-mls'
import { encodeMlsMessage } from 'ts-mls'
import { exportSecret, nextEpochContext } from 'ts-mls/clientState.js'
import { createConfirmationTag, createContentCommitSignature } from 'ts-mls/framedContent.js'
import { initializeEpoch } from 'ts-mls/keySchedule.js'
import { protectPublicMessage } from 'ts-mls/messageProtectionPublic.js'
import { getCommitSecret, pathToPathSecrets } from 'ts-mls/pathSecrets.js'
import { toPrivateKeyPath, updateLeafKey } from 'ts-mls/privateKeyPath.js'
import { addLeafNode, removeLeafNode } from 'ts-mls/ratchetTree.js'
import { createSecretTree } from 'ts-mls/secretTree.js'
import { treeHashRoot } from 'ts-mls/treeHash.js'
import { leafWidth, nodeToLeafIndex, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js'
import { createUpdatePath } from 'ts-mls/updatePath.js'
import { MessagingError } from '../faults.ts'
import { clientConfig } from './config.ts'
import type { OwnPackage } from './leaf.ts'
import type { Suite } from './suite.ts'

/** An external commit, and the state in which its author is once the commit is taken. */
export interface ExternalCommit {
  /** MLSMessage / PublicMessage. */
  readonly message: Uint8Array
  readonly next: ClientState
  /** Public key to which the message is sealed. */
  readonly externalPub: Uint8Array
}

/**
 * Joins by a commit of one's own: RFC 9420 §12.4.3.2.
 * @param tree - Of the GroupInfo, checked.
 * @param former - The author's earlier leaf, which the commit removes. A leaf with the same signature key must be it.
 * @throws {MessagingError} `WELCOME_INVALID`.
 */
export async function joinByCommit(
  info: GroupInfo,
  tree: RatchetTree,
  own: OwnPackage,
  former: number | undefined,
  suite: Suite,
): Promise<ExternalCommit> {
  const externalPub = info.extensions.find(({ extensionType }) => extensionType === 'external_pub')?.extensionData
  if (externalPub === undefined)
    throw new MessagingError({ code: 'WELCOME_INVALID', reason: 'it has no key for external commits' })
  const { signaturePrivateKey } = own.secrets
  const { enc, secret: initSecret } = await exportSecret(externalPub, suite)
  const rest = former === undefined ? tree : removeLeafNode(tree, toLeafIndex(former))
  const [withLeaf, node] = addLeafNode(rest, own.keyPackage.leafNode)
  const leaf = nodeToLeafIndex(node)
  const [next, path, secrets, leafKey] = await createUpdatePath(
    withLeaf,
    leaf,
    info.groupContext,
    signaturePrivateKey,
    suite,
  )
  const privatePath = updateLeafKey(
    await toPrivateKeyPath(pathToPathSecrets(secrets), leaf, suite),
    await suite.hpke.exportPrivateKey(leafKey),
  )
  const last = secrets.at(-1)
  const commitSecret =
    last === undefined
      ? new Uint8Array(suite.kdf.size)
      : await getCommitSecret(next, toNodeIndex(last.nodeIndex), last.secret, suite.kdf)
  const proposals: Proposal[] = [{ proposalType: 'external_init', externalInit: { kemOutput: enc } }]
  if (former !== undefined) proposals.push({ proposalType: 'remove', remove: { removed: former } })
  const { signature, framedContent } = await createContentCommitSignature(
    info.groupContext,
    'mls_public_message',
    { proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })), path },
    { senderType: 'new_member_commit' },
    new Uint8Array(),
    signaturePrivateKey,
    suite.signature,
  )
  const groupContext = await nextEpochContext(
    info.groupContext,
    'mls_public_message',
    framedContent,
    signature,
    await treeHashRoot(next, suite.hash),
    info.confirmationTag,
    suite.hash,
  )
  const epoch = await initializeEpoch(initSecret, commitSecret, groupContext, new Uint8Array(suite.kdf.size), suite.kdf)
  const { keySchedule } = epoch
  const confirmationTag = await createConfirmationTag(
    keySchedule.confirmationKey,
    groupContext.confirmedTranscriptHash,
    suite.hash,
  )
  const publicMessage = await protectPublicMessage(
    keySchedule.membershipKey,
    groupContext,
    {
      wireformat: 'mls_public_message',
      content: framedContent,
      auth: { signature, confirmationTag, contentType: 'commit' },
    },
    suite,
  )
  const message: MLSMessage = { version: 'mls10', wireformat: 'mls_public_message', publicMessage }
  return {
    message: encodeMlsMessage(message),
    externalPub,
    next: {
      groupContext,
      ratchetTree: next,
      privatePath,
      keySchedule,
      secretTree: await createSecretTree(leafWidth(next.length), epoch.encryptionSecret, suite.kdf),
      signaturePrivateKey,
      confirmationTag,
      unappliedProposals: {},
      historicalReceiverData: new Map(),
      groupActiveState: { kind: 'active' },
      clientConfig: clientConfig(0),
    },
  }
}
