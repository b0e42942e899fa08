import { signedMessageBytes } from '@parley/protocol'

/** A slot holds one message; 17 bytes of header and padding put its fields on their natural boundaries. */
export const slotBytes = 128
export const slotWords = slotBytes / 4
/** Where a message begins in its slot, and an operation in its first. */
export const messageAt = slotBytes - signedMessageBytes
export const payloadAt = 16

export const SlotKind = { message: 0, operation: 1, padding: 2 } as const

/** Words of a slot: kind, how many slots the entry takes, its ticket, its number or, of an operation, its bytes. */
export const SlotWord = { kind: 0, slots: 1, ticket: 2, entry: 3 } as const
