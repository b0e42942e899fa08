import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { Uint8Type, Uint64Type } from '@parley/protocol/light'
import { invalid } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import { decodeExactly } from './ssz.ts'

/** What a sealed frame holds first, so that none passes for another. */
export const SealedKind = { groupInfo: 1, answer: 2 } as const

const InvitationType = new ContainerType(
  { kind: Uint8Type, asOf: Uint64Type, info: new ByteListType(messagingLimits.frameBytes) },
  { typeName: 'SealedGroupInfo' },
)

/** A GroupInfo that a member sends to a device that asked for it. */
export interface Invitation {
  /** MLSMessage / GroupInfo. */
  readonly info: Uint8Array
  /** Messages of the record that its sender had taken in. */
  readonly asOf: bigint
}

export function encodeInvitation({ info, asOf }: Invitation): Uint8Array {
  return InvitationType.serialize({ kind: SealedKind.groupInfo, asOf, info })
}

/** The inverse of {@link encodeInvitation}. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeInvitation(bytes: Uint8Array): Invitation {
  const { kind, asOf, info } = decodeExactly(InvitationType, bytes, 'groupInfo')
  if (kind !== SealedKind.groupInfo) throw invalid('groupInfo.kind', `${kind} is not ${SealedKind.groupInfo}`)
  return { asOf, info }
}
