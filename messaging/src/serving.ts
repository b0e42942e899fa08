/** What services beside members need: records as they follow from their entries, and heads of invites. */
export { assertSigned, entryOf } from './chain/checked-entry.ts'
export { ContactDirectory, headKeyName } from './chain/contact-directory.ts'
export { type Control, decodeControl } from './codec/control.ts'
export { advance, beginRecord, isNext, type RecordState, slotAt } from './engine/record.ts'
export { openInviteHead } from './invites/envelope.ts'
export type { InviteHead } from './invites/invite-head.ts'
export type { Genesis, LogEntry, Slot } from './ports/log.ts'
