import { ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  joinBytes,
  type Millis,
  millis,
  sameBytes,
  Uint64Type,
} from '@parley/protocol/light'
import { decodeExactly } from '../codec/ssz.ts'
import { decodeSharedSlot, encodeSharedSlot, type SharedSlot } from '../devices/shared-slot.ts'
import { invalid, MessagingError } from '../faults.ts'
import type { Random } from '../keys/installation.ts'
import { messagingLimits } from '../limits.ts'
import { openUnder, sealUnder } from './sealing.ts'
import { checkedCost, keyOfPassphrase, keyOfWords, type PassphraseCost, type RecoverySecret } from './secret.ts'

/** What a device needs to take the place of all that were lost. */
export interface Recovery {
  readonly identity: Bytes20
  /** When it was made: what came since is not in it. */
  readonly madeAt: Millis
  /** Opens segments of the archive. */
  readonly archiveKey: Bytes32
  /** The identity's own group, if it had one. */
  readonly own: SharedSlot | undefined
  /** Its conversations. */
  readonly slots: readonly SharedSlot[]
}

const tag = new Uint8Array(16)
tag.set(new TextEncoder().encode('parley/recover/1'))
const kinds = { passphrase: 1, words: 2 } as const
const saltBytes = 16
/** tag ‖ kind uint8 ‖ memory uint32 ‖ passes uint8 ‖ salt[16]; cost is zero for words. */
const headerBytes = 16 + 1 + 4 + 1 + saltBytes
const slotBytes = 512

const SlotType = new ByteListType(slotBytes)
const RecoveryType = new ContainerType(
  {
    identity: Bytes20Type,
    madeAt: Uint64Type,
    archiveKey: Bytes32Type,
    own: new ListCompositeType(SlotType, 1),
    slots: new ListCompositeType(SlotType, messagingLimits.recovered),
  },
  { typeName: 'Recovery' },
)

/** @throws {MessagingError} `FRAME_INVALID`: the secret is too weak, or there are too many conversations. */
export async function encodeRecovery(
  { identity, madeAt, archiveKey, own, slots }: Recovery,
  secret: RecoverySecret,
  cost: PassphraseCost,
  random: Random,
): Promise<Uint8Array> {
  const maximum = messagingLimits.recovered
  if (slots.length > maximum) throw invalid('recovery.slots', `${slots.length} are more than ${maximum}`)
  const isOwn = own === undefined ? [] : [encodeSharedSlot(own)]
  const value = { identity, madeAt, archiveKey, own: isOwn, slots: slots.map(encodeSharedSlot) }
  const salt = random(saltBytes)
  const header = 'words' in secret ? headerOf(kinds.words, 0, 0, salt) : costlyHeader(checkedCost(cost), salt)
  return sealUnder(await keyOf(secret, salt, cost), header, RecoveryType.serialize(value), random)
}

/** The inverse of {@link encodeRecovery}. @throws {MessagingError} `FRAME_INVALID`, `RECOVERY_LOCKED`. */
export async function decodeRecovery(bytes: Uint8Array, secret: RecoverySecret): Promise<Recovery> {
  if (bytes.length <= headerBytes || !sameBytes(bytes.subarray(0, tag.length), tag))
    throw invalid('recovery', 'it does not begin as a recovery does')
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
  const wanted = 'words' in secret ? 'words' : 'passphrase'
  const kind = view.getUint8(16)
  const made = (Object.keys(kinds) as (keyof typeof kinds)[]).find((name) => kinds[name] === kind)
  if (made === undefined) throw invalid('recovery.kind', `${kind} is none`)
  if (made !== wanted) throw new MessagingError({ code: 'RECOVERY_LOCKED', by: made })
  const cost = { memoryKiB: view.getUint32(17), passes: view.getUint8(21) }
  const salt = bytes.slice(headerBytes - saltBytes, headerBytes)
  const key = await keyOf(secret, salt, made === 'words' ? cost : checkedCost(cost))
  const plaintext = await openUnder(key, headerBytes, bytes)
  if (plaintext === undefined) throw new MessagingError({ code: 'RECOVERY_LOCKED', by: made })
  const { identity, madeAt, archiveKey, own, slots } = decodeExactly(RecoveryType, plaintext, 'recovery')
  const [first] = own
  return {
    identity,
    madeAt: millis(madeAt),
    archiveKey,
    own: first && decodeSharedSlot(first),
    slots: slots.map(decodeSharedSlot),
  }
}

function keyOf(secret: RecoverySecret, salt: Uint8Array, cost: PassphraseCost): Promise<Uint8Array> {
  return 'words' in secret ? keyOfWords(secret.words, salt) : keyOfPassphrase(secret.passphrase, salt, cost)
}

const costlyHeader = ({ memoryKiB, passes }: PassphraseCost, salt: Uint8Array): Uint8Array =>
  headerOf(kinds.passphrase, memoryKiB, passes, salt)

function headerOf(kind: number, memoryKiB: number, passes: number, salt: Uint8Array): Uint8Array {
  const middle = new Uint8Array(6)
  const view = new DataView(middle.buffer)
  view.setUint8(0, kind)
  view.setUint32(1, memoryKiB)
  view.setUint8(5, passes)
  return joinBytes([tag, middle, salt])
}
