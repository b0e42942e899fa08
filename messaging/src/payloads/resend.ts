import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { type Bytes20, Bytes20Type, type Bytes32, Bytes32Type, Uint64Type } from '@parley/protocol/light'
import { type Draft, decodePayload, type Payload } from '../codec/payload.ts'
import { decodeExactly } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { messagingLimits } from '../limits.ts'

const ResendType = new ContainerType(
  {
    position: Uint64Type,
    identity: Bytes20Type,
    installation: Bytes32Type,
    payload: new ByteListType(messagingLimits.frameBytes),
  },
  { typeName: 'Resend' },
)

/** A message that somebody had and others may lack, on the word of who says it again: nothing proves it. */
export interface Resent {
  /** Where it was. */
  readonly position: bigint
  /** Who is said to have written it. */
  readonly identity: Bytes20
  readonly installation: Bytes32
  readonly payload: Payload
}

/** Says again what this device read at a position. @param plaintext - The payload as it was read. @throws {MessagingError} `FRAME_INVALID`. */
export function resend(of: Omit<Resent, 'payload'>, plaintext: Uint8Array): Draft {
  const { fallback } = checked(decodePayload(plaintext))
  const { position, identity, installation } = of
  const body = ResendType.serialize({ position, identity, installation, payload: plaintext })
  return { type: 'resend/1', body, fallback }
}

/** The body of `resend/1`. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeResend(bytes: Uint8Array): Resent {
  const { payload, ...rest } = decodeExactly(ResendType, bytes, 'resend')
  return { ...rest, payload: checked(decodePayload(payload)) }
}

/** What was said again is not said again by others: it would only grow. */
function checked(payload: Payload): Payload {
  if (payload.type === 'resend/1') throw invalid('resend.payload', 'it was said again already')
  return payload
}
