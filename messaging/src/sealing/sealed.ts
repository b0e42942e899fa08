import { ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { type Bytes32, joinBytes, Uint8Type } from '@parley/protocol/light'
import { decodeExactly } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import type { Suite, SuiteName } from '../mls/suite.ts'

/** One key to whom something is sealed. */
const RecipientType = new ContainerType(
  { enc: new ByteListType(1_120), wrap: new ByteListType(32) },
  { typeName: 'Recipient' },
)

/** The body of a `sealed` frame. `suite` is the KEM: 1 X25519, 2 X-Wing. */
const SealedType = new ContainerType(
  {
    suite: Uint8Type,
    recipients: new ListCompositeType(RecipientType, messagingLimits.recipients),
    ciphertext: new ByteListType(messagingLimits.frameBytes),
  },
  { typeName: 'Sealed' },
)

const numbers: Readonly<Record<SuiteName, number>> = { x25519: 1, 'x-wing': 2 }
const info = new TextEncoder().encode('parley/sealed/1')
/** Each content key encrypts once. */
const nonce = new Uint8Array(12)
const keyBytes = 16

/** What something is sealed by. */
export interface Sealing {
  /** Suite 1 for keys of the directory; X-Wing where both sides have such keys. */
  readonly name: SuiteName
  readonly suite: Suite
  /** What the sealed thing belongs to: opened elsewhere it fails. */
  readonly context: Bytes32
}

/**
 * Seals bytes to some keys. Which keys is not shown: whoever may be meant tries.
 * @param keys - Public keys of the suite's KEM, 1 to 64.
 * @param random - Draws the content's key.
 */
export async function seal(
  plaintext: Uint8Array,
  keys: readonly Uint8Array[],
  { name, suite, context }: Sealing,
  random: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  if (keys.length < 1 || keys.length > messagingLimits.recipients)
    throw invalid('sealed.recipients', `${keys.length} are not 1 to ${messagingLimits.recipients}`)
  const key = random(keyBytes)
  const recipients: { enc: Uint8Array; wrap: Uint8Array }[] = []
  for (const each of keys) {
    const { enc, ct } = await suite.hpke.seal(await suite.hpke.importPublicKey(each), key, joinBytes([info, context]))
    recipients.push({ enc, wrap: ct })
  }
  const ciphertext = await aes(key, 'encrypt', plaintext, context)
  return SealedType.serialize({ suite: numbers[name], recipients, ciphertext })
}

/**
 * Opens what was sealed to one of some keys; undefined when it was to none of them.
 * @param secrets - Private keys of the suite's KEM.
 * @throws {MessagingError} `FRAME_INVALID`.
 */
export async function openSealed(
  body: Uint8Array,
  secrets: readonly Uint8Array[],
  { name, suite, context }: Sealing,
): Promise<Uint8Array | undefined> {
  const value = decodeExactly(SealedType, body, 'sealed')
  if (value.recipients.length === 0) throw invalid('sealed.recipients', 'there is none')
  if (value.suite !== numbers[name]) return undefined
  for (const secret of secrets) {
    const recipientKey = await suite.hpke.importPrivateKey(secret)
    for (const { enc, wrap } of value.recipients) {
      const key = await attempt(suite.hpke.open(recipientKey, enc, wrap, joinBytes([info, context])))
      if (key?.length === keyBytes) return attempt(aes(key, 'decrypt', value.ciphertext, context))
    }
  }
  return undefined
}

/** What does not open was for somebody else. */
async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch {
    return undefined
  }
}

async function aes(
  key: Uint8Array,
  way: 'encrypt' | 'decrypt',
  bytes: Uint8Array,
  context: Uint8Array,
): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, 'AES-GCM', false, [way])
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: context as Uint8Array<ArrayBuffer> }
  return new Uint8Array(await crypto.subtle[way](algorithm, imported, bytes as Uint8Array<ArrayBuffer>))
}
