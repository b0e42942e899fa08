import type { RoomMember } from '@parley/messaging'
import type { Chat } from '../model/chat.ts'
import { comingsOf } from '../model/comings.ts'
import type { Item } from '../model/talk.ts'
import { listed } from '../model/words.ts'

/** What a note says; nothing for a move that changes nothing for people. */
export function noteWords(chat: Chat, note: Item, items: readonly Item[], members: readonly RoomMember[]): string {
  if (note.kind === 'said') return ''
  if (note.move === undefined) return note.text
  const { joined = [], left = [], more = [], fewer = [] } = comingsOf(items, members).get(note.key) ?? {}
  const who = (addresses: readonly string[]): string =>
    listed(addresses.map((each) => (each === chat.address ? 'You' : chat.contacts.nameOf(each))))
  const use = (addresses: readonly string[]): string =>
    addresses.length === 1 && addresses[0] !== chat.address ? 'uses' : 'use'
  return [
    ...(joined.length === 0 ? [] : [`${who(joined)} joined`]),
    ...(left.length === 0 ? [] : [`${who(left)} left`]),
    ...(more.length === 0 ? [] : [`${who(more)} ${use(more)} another device now`]),
    ...(fewer.length === 0 ? [] : [`${who(fewer)} ${use(fewer)} a device less now`]),
  ].join(' · ')
}
