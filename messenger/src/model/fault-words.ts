import { CodedError } from '@parley/protocol/light'

const later = 'Try again in a minute.'

const hints: Readonly<Record<string, string>> = {
  IDENTITY_UNREACHABLE: 'This address is not registered yet. Ask its owner to open Parley and to register first.',
  DEVICE_UNKNOWN:
    'No device of yours shows this code. Register the new device first, then type the twelve digits that it shows.',
  SPONSOR_REFUSED: `No gateway pays for a new conversation now. ${later}`,
  GATEWAYS_FAILED: `No gateway pays for this now. ${later}`,
  CONTENT_UNAVAILABLE: `No store has this now. ${later}`,
  CONTENT_NOT_KEPT: `No store takes this now. ${later}`,
  STORE_FULL: `The stores are full. ${later}`,
  L2_UNAVAILABLE: `The chain that keeps the contacts does not answer. Check your connection. ${later}`,
  SERVER_UNREACHABLE: `The server does not answer. Check your connection. ${later}`,
  SERVER_BUSY: `The server has too much to do. ${later}`,
  REQUEST_TIMEOUT: `The server did not answer in time. ${later}`,
  OUTCOME_UNKNOWN: 'The server broke off before it answered. Look whether it was done before you try again.',
  INVITE_UNUSABLE: 'This invite can no longer be accepted: it was taken back, or its time is over. Ask for a new one.',
  INSTALLATION_REVOKED: 'This device was revoked: it can neither read nor write any more.',
  NOT_A_MEMBER: 'This device can not write here now: it was shut out, or waits to be let in.',
  NOT_AN_ADMIN: 'Only an admin of the conversation may do this.',
  GAP: 'Something that was said is missing still. Members can be changed as soon as it is found.',
  SLOT_BUSY: `Another device of yours is writing right now. ${later}`,
  MESSAGE_TOO_LARGE: 'This is too large. A file may have up to 64 MiB.',
  NODE_MISSING: 'No verifying node is set up for this page, so the record can not be checked here.',
  CONVERSATION_MISSING: `The node does not have this conversation yet. ${later}`,
  STORE_OF_ANOTHER: 'This browser keeps the data of another account.',
  PLACES_INVALID: 'This page was set up wrongly: it does not know where its servers are. Tell whoever runs it.',
  STORAGE_UNAVAILABLE:
    'This browser keeps nothing for this page, so nobody could talk here safely. Private windows and blocked storage do that: open the page in an ordinary window.',
  WALLET_ON_ANOTHER_CHAIN: 'Your wallet is on another chain. Switch it over and try again.',
}

/** What only its reason tells: a key that was mistyped, a wallet that said no. */
const reasons: ReadonlySet<string> = new Set(['WALLET_UNUSABLE'])

/** What went wrong, for people. A fault that has no words of its own here comes with its code, to be looked up. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof CodedError)) return 'Something unexpected went wrong. Reload the page to go on.'
  const { code } = error.fault
  const hint = hints[code]
  if (hint !== undefined) return hint
  if (reasons.has(code) && 'reason' in error.fault) return `This did not work: ${error.fault.reason}.`
  return `This did not work: ${error.meaning.text} (${code}).`
}

/** Whether trying again by itself may help. */
export const isPassing = (error: unknown): boolean => error instanceof CodedError && error.meaning.retry === 'later'
