import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Everything that can go wrong between an application and its conversations. */
export type MessagingFault =
  | { code: 'FRAME_INVALID'; field: string; reason: string }
  | { code: 'NOT_A_MEMBER'; slot: number; reason: string }
  | { code: 'GAP'; positions: readonly bigint[] }
  | { code: 'STALE_LEAVES'; slots: readonly number[] }
  | { code: 'COMMIT_INVALID'; reason: string }
  | { code: 'COMMIT_PENDING'; epoch: bigint }
  | { code: 'LOG_GAP'; messages: bigint; changes: bigint }
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
  GAP: { blame: 'layer', retry: 'later', text: 'entries whose content is missing hold up changes of the group' },
  STALE_LEAVES: {
    blame: 'layer',
    retry: 'later',
    text: 'members that the record removed are in the group still: a commit removes them first',
  },
  COMMIT_INVALID: { blame: 'sender', retry: 'changed', text: 'the members would refuse this commit' },
  COMMIT_PENDING: { blame: 'sender', retry: 'later', text: 'an own commit waits for its place in the record' },
  LOG_GAP: { blame: 'layer', retry: 'later', text: 'what the log reports is not what comes next in the record' },
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
