import { CodedError, type FaultTable } from '@parley/protocol/light'

/** Everything that can go wrong between an application and its conversations. */
export type MessagingFault =
  | { code: 'FRAME_INVALID'; field: string; reason: string }
  | { code: 'MESSAGE_TOO_LARGE'; bytes: number; maximum: number }

export const messagingFaults: FaultTable<MessagingFault> = {
  FRAME_INVALID: { blame: 'sender', retry: 'never', text: 'bytes are not the frame or payload that they should be' },
  MESSAGE_TOO_LARGE: { blame: 'sender', retry: 'changed', text: 'a content is larger than a frame may be' },
}

export class MessagingError extends CodedError<MessagingFault> {
  constructor(fault: MessagingFault, options?: ErrorOptions) {
    super(fault, messagingFaults, options)
  }
}
