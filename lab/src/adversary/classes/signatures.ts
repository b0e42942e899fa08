import { type Conversation, consentDigest, limits, type MemberKey, messageDigest, signDigest } from '@parley/protocol'
import { slots } from '../cast/cast.ts'
import { complete, type DraftSegment } from '../forger/draft.ts'
import { conversationOf, findMessages, findOperation, type OperationName, type Scene } from '../forger/scene.ts'
import { type BlockLie, gasOf } from './class.ts'

const ofSignature = (
  name: string,
  find: (scene: Scene) => DraftSegment,
  spoil: (segment: DraftSegment, scene: Scene) => void,
): BlockLie => ({
  name,
  ending: 'signature',
  fault: 'SEGMENT_INVALID SIGNATURE_INVALID',
  gas: gasOf.signature,
  needs: [],
  forge(scene) {
    spoil(find(scene), scene)
    return complete(scene.ground, scene.blocks)
  },
})

const messages = (scene: Scene): DraftSegment => findMessages(scene).segment
const operation =
  (kind: OperationName) =>
  (scene: Scene): DraftSegment =>
    findOperation(scene, kind).segment

const flipped = (bytes: Uint8Array | undefined): Uint8Array =>
  Uint8Array.from(bytes ?? [], (byte, i) => (i === 7 ? byte ^ 1 : byte))

const replaces =
  (entry: number, by: (signature: Uint8Array) => Uint8Array) =>
  ({ signatures }: DraftSegment): void => {
    signatures[entry] = by(signatures[entry] as Uint8Array)
  }

/** Order of the curve's group. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The other root of the same signature, which everybody can compute. */
function highS(signature: Uint8Array): Uint8Array {
  const s = order - BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  return Uint8Array.from([...signature.subarray(0, 32), ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
}

/** The second message of a segment, signed by the talker over something else than its own digest. */
const signedOver =
  (digest: (scene: Scene, conversation: Conversation, content: Uint8Array, nonce: bigint) => Uint8Array) =>
  (segment: DraftSegment, scene: Scene): void => {
    segment.before = (shard) => {
      const conversation = conversationOf(shard, scene.cast)
      const { body } = segment
      const spoken = body.selector === 0 ? body.value[1] : undefined
      if (spoken === undefined) return
      const nonce = (conversation.members[slots.talker]?.nonce ?? 0n) + 1n
      const { secret } = scene.cast.keys[slots.talker] as MemberKey
      segment.signatures[1] = signDigest(secret, digest(scene, conversation, spoken.content, nonce))
    }
  }

/** A key that left a slot enters it again by the consent that it gave the first time. */
function replayConsent(segment: DraftSegment, { cast, ground }: Scene): void {
  const { body } = segment
  if (body.selector !== 1 || body.value.selector !== 1) return
  const entering = body.value.value.add[0]
  const key = Array.from({ length: limits.blocksPerBatch }, (_, round) => cast.keyOfRound(round)).find((each) =>
    Buffer.from(each.key).equals(entering?.key ?? new Uint8Array(0)),
  )
  segment.before = (shard) => {
    const { id, members } = conversationOf(shard, cast)
    const nonce = members[slots.changing]?.nonce ?? 0n
    const digest = consentDigest(
      ground.config.chainId,
      id,
      slots.changing,
      nonce - 1n,
      entering?.key ?? new Uint8Array(32),
    )
    segment.signatures[1] = signDigest((key as MemberKey).secret, digest)
  }
}

export const signatureLies: readonly BlockLie[] = [
  ofSignature(
    'nonce-reused-in-message',
    messages,
    signedOver(({ ground }, { id }, content, nonce) =>
      messageDigest(ground.config.chainId, id, slots.talker, nonce - 1n, content),
    ),
  ),
  ofSignature('bad-message-signature', messages, replaces(1, flipped)),
  ofSignature('high-s', messages, replaces(0, highS)),
  ofSignature(
    'signature-of-other-chain',
    messages,
    signedOver(({ ground }, { id }, content, nonce) =>
      messageDigest(ground.config.chainId + 1n, id, slots.talker, nonce, content),
    ),
  ),
  ofSignature('owner-not-signed', operation('withdraw'), replaces(0, flipped)),
  ofSignature(
    'consent-missing',
    operation('createConversation'),
    replaces(1, () => new Uint8Array(64)),
  ),
  ofSignature('consent-replayed-for-a-reused-slot', operation('changeMembers'), replayConsent),
  ofSignature('change-not-signed', operation('changeMembers'), replaces(0, flipped)),
]
