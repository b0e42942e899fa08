import type { ValueOf } from '@chainsafe/ssz'
import type { ChangeMembers, Signature } from '@parley/protocol/light'
import type { Octets } from '../route.ts'
import {
  noClaim,
  ProvenAccountType,
  ProvenConversationsType,
  ProvenConversationType,
  RecordPageType,
} from './read-types.ts'

/** Reads octets as the values that the route's JSON has. */
const octets = <T>(description: string, deserialize: (bytes: Uint8Array) => T): Octets<T> => ({
  description,
  deserialize,
})

function claimed<V extends { readonly claim: bigint }>({ claim, ...value }: V) {
  return { ...value, claim: claim === noClaim ? undefined : claim }
}

export const provenConversationOctets = octets('ProvenConversation', (bytes) => {
  const { branch, ...value } = claimed(ProvenConversationType.deserialize(bytes))
  return { ...value, proof: { branch } }
})

export const provenAccountOctets = octets('ProvenAccount', (bytes) => {
  const { branch, ...value } = claimed(ProvenAccountType.deserialize(bytes))
  return { ...value, proof: { branch } }
})

export const provenConversationsOctets = octets('ProvenConversations', (bytes) =>
  claimed(ProvenConversationsType.deserialize(bytes)),
)

/** What happened, as JSON has it: by its kind. */
type RecordEvent =
  | { readonly kind: 'message'; readonly value: { readonly member: number; readonly content: Uint8Array } }
  | { readonly kind: 'change'; readonly value: ChangeMembers }

type EntryOctets = ValueOf<typeof RecordPageType>['entries'][number]

function entryOf({ block, timestamp, forced, withheld, signatures, event }: EntryOctets) {
  const { selector, value } = event as { selector: 0 | 1; value: unknown }
  const told = (selector === 0 ? { kind: 'message', value } : { kind: 'change', value }) as RecordEvent
  return { block, timestamp, forced, signatures: withheld ? null : (signatures as Signature[]), event: told }
}

export const recordPageOctets = octets('RecordPage', (bytes) => {
  const { from, entries } = RecordPageType.deserialize(bytes)
  return { from, entries: entries.map(entryOf) }
})
