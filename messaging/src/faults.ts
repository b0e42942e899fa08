import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Everything that can go wrong between an application and its conversations. */
export type MessagingFault =
  | { code: 'FRAME_INVALID'; field: string; reason: string }
  | { code: 'NOT_A_MEMBER'; slot: number; reason: string }
  | { code: 'NOT_AN_ADMIN'; slot: number }
  | { code: 'MESSAGE_UNKNOWN'; position: bigint }
  | { code: 'GAP'; positions: readonly bigint[] }
  | { code: 'STALE_LEAVES'; slots: readonly number[] }
  | { code: 'COMMIT_INVALID'; reason: string }
  | { code: 'COMMIT_PENDING'; epoch: bigint }
  | { code: 'LOG_GAP'; messages: bigint; changes: bigint }
  | { code: 'RECORD_FORGED'; messages: bigint; changes: bigint }
  | { code: 'RECORD_FORGOTTEN'; from: bigint }
  | { code: 'CONVERSATION_MISSING'; shard: number; index: number }
  | { code: 'CONTENT_UNAVAILABLE'; digest: Uint8Array }
  | { code: 'INVITE_UNUSABLE'; reason: string }
  | { code: 'IDENTITY_UNREACHABLE'; identity: Uint8Array }
  | { code: 'INSTALLATION_REVOKED'; installations: readonly Uint8Array[] }
  | { code: 'SPONSOR_REFUSED'; refusal: string }
  | { code: 'STORE_OF_ANOTHER'; identity: Uint8Array }
  | { code: 'RECOVERY_LOCKED'; by: 'passphrase' | 'words' }
  | { code: 'RECOVERY_OF_ANOTHER'; identity: Uint8Array }
  | { code: 'ARCHIVE_LOCKED' }
  | { code: 'NODE_MISSING' }
  | { code: 'PROVIDER_UNKNOWN'; kind: string; name: string }
  | { code: 'DEVICE_UNKNOWN' }
  | { code: 'SLOT_BUSY'; slot: number; attempts: number }
  | { code: 'KEY_PACKAGE_INVALID'; installation: Uint8Array; reason: string }
  | { code: 'WELCOME_INVALID'; reason: string }
  | { code: 'MESSAGE_TOO_LARGE'; bytes: number; maximum: number }

export const messagingFaults: FaultTable<MessagingFault> = {
  FRAME_INVALID: { blame: 'sender', retry: 'never', text: 'bytes are not the frame or payload that they should be' },
  NOT_A_MEMBER: {
    blame: 'sender',
    retry: 'changed',
    text: 'this device has no keys of the conversation’s group now',
  },
  NOT_AN_ADMIN: { blame: 'sender', retry: 'changed', text: 'only admins may do this, and this slot is none now' },
  MESSAGE_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'this device read no message at this position' },
  GAP: { blame: 'layer', retry: 'later', text: 'entries whose content is missing hold up changes of the group' },
  STALE_LEAVES: {
    blame: 'layer',
    retry: 'later',
    text: 'members that the record removed are in the group still: a commit removes them first',
  },
  COMMIT_INVALID: { blame: 'sender', retry: 'changed', text: 'the members would refuse this commit' },
  COMMIT_PENDING: { blame: 'sender', retry: 'later', text: 'an own commit waits for its place in the record' },
  LOG_GAP: { blame: 'layer', retry: 'later', text: 'what the log reports is not what comes next in the record' },
  RECORD_FORGED: {
    blame: 'layer',
    retry: 'later',
    text: 'the server shows an entry behind this place that the member it names did not sign, or may not make',
  },
  RECORD_FORGOTTEN: {
    blame: 'operator',
    retry: 'never',
    text: 'the server no longer has what lies before this position: ask another one',
  },
  CONVERSATION_MISSING: { blame: 'layer', retry: 'later', text: 'the server knows no conversation at this place' },
  CONTENT_UNAVAILABLE: { blame: 'layer', retry: 'later', text: 'no store gives out what this digest names' },
  INVITE_UNUSABLE: { blame: 'sender', retry: 'never', text: 'an invite cannot be accepted' },
  IDENTITY_UNREACHABLE: {
    blame: 'sender',
    retry: 'later',
    text: 'the directory has no key of this identity to which anything could be sealed',
  },
  INSTALLATION_REVOKED: {
    blame: 'sender',
    retry: 'changed',
    text: 'the directory does not have these devices, and they are in the group',
  },
  SPONSOR_REFUSED: { blame: 'sender', retry: 'changed', text: 'whoever is to pay for a conversation cannot open one' },
  STORE_OF_ANOTHER: { blame: 'sender', retry: 'changed', text: 'the store has the device of another identity' },
  RECOVERY_LOCKED: {
    blame: 'sender',
    retry: 'changed',
    text: 'the recovery does not open: it wants the other kind of secret, or another one, or was changed',
  },
  RECOVERY_OF_ANOTHER: { blame: 'sender', retry: 'changed', text: 'the recovery is of another identity' },
  ARCHIVE_LOCKED: {
    blame: 'sender',
    retry: 'changed',
    text: 'a segment of an archive is under another key, or was changed: recover first',
  },
  NODE_MISSING: {
    blame: 'sender',
    retry: 'changed',
    text: 'only a node can prove this, and the messenger was given none',
  },
  PROVIDER_UNKNOWN: { blame: 'sender', retry: 'changed', text: 'the messenger was given no provider of this name' },
  DEVICE_UNKNOWN: {
    blame: 'sender',
    retry: 'changed',
    text: 'the directory has no device of this identity with this code',
  },
  SLOT_BUSY: {
    blame: 'sender',
    retry: 'later',
    text: 'other devices of the slot were faster at each attempt to send',
  },
  KEY_PACKAGE_INVALID: { blame: 'sender', retry: 'changed', text: 'a device cannot be added by its key package' },
  WELCOME_INVALID: { blame: 'sender', retry: 'changed', text: 'a group cannot be joined by what was sent for that' },
  MESSAGE_TOO_LARGE: { blame: 'sender', retry: 'changed', text: 'a content is larger than a frame may be' },
}

export class MessagingError extends CodedError<MessagingFault> {
  constructor(fault: MessagingFault, options?: ErrorOptions) {
    super(fault, messagingFaults, options)
  }
}

/** `FRAME_INVALID` for one field. */
export function invalid(field: string, reason: string, cause?: unknown): MessagingError {
  return new MessagingError({ code: 'FRAME_INVALID', field, reason }, { cause })
}
