import type { MessageContent, Reaction, Room } from '@parley/messaging'

export interface SaidItem {
  readonly kind: 'said'
  readonly key: string
  /** What others refer to it by; empty until it is in the record. */
  readonly id: string
  /** Undefined until it is in the record. */
  readonly position: bigint | undefined
  readonly author: string
  /** By this identity, from any of its devices. */
  readonly mine: boolean
  /** Whether the directory had the author's device; undefined while it was not asked. */
  readonly verified: boolean | undefined
  /** Milliseconds since 1970. */
  readonly time: number
  readonly content: MessageContent
  readonly fallback: string
  /** Of an own message that is not in the record yet. */
  readonly pending?: 'waiting' | 'accepted' | 'failed'
  /** Told by another device of this identity. */
  readonly archived?: boolean
}

/** A device that came into the group or left it. */
export interface MovedDevice {
  readonly identity: string
  readonly slot: number
  readonly device: string
}

/** Devices that came and went at once. */
export interface Move {
  readonly added: readonly MovedDevice[]
  readonly removed: readonly MovedDevice[]
}

/** Something that happened beside what was said. */
export interface NoteItem {
  readonly kind: 'note'
  readonly key: string
  readonly text: string
  readonly warns?: boolean
  /** Devices that came and went: what that means to people is looked up when it is shown. */
  readonly move?: Move
  /** From here on this device reads. */
  readonly begins?: boolean
}

export type Item = SaidItem | NoteItem

/** Messages that a node shows to be settled: all positions below these. */
export interface Settled {
  readonly claimed: bigint
  readonly final: bigint
}

/** One conversation as it is shown. */
export interface Talk {
  readonly key: string
  readonly room: Room
  readonly items: readonly Item[]
  readonly settled: Settled
  readonly unread: number
  /** When something was last said. */
  readonly lastAt: number
  readonly gaps: number
  /** Who reacted to messages, by the message's name and by what it was. */
  readonly reactions: Reactions
}

export type Reactions = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

export const keyOf = ({ place }: Room): string => `${place.shard}/${place.index}`

/** Nothing happened in it yet. */
export function begunTalk(room: Room): Talk {
  const settled = { claimed: 0n, final: 0n }
  return { key: keyOf(room), room, items: [], settled, unread: 0, lastAt: 0, gaps: 0, reactions: new Map() }
}

/** With one reaction more, or taken back. */
export function withReaction(reactions: Reactions, to: string, author: string, { reaction, act }: Reaction): Reactions {
  const ofMessage = reactions.get(to) ?? new Map<string, ReadonlySet<string>>()
  const others = [...(ofMessage.get(reaction) ?? [])].filter((each) => each !== author)
  const authors = new Set(act === 'added' ? [...others, author] : others)
  return new Map([...reactions, [to, new Map([...ofMessage, [reaction, authors]])]])
}

/** Puts an item where it belongs: by position, and what has none at the end. */
export function withItem(items: readonly Item[], item: Item): Item[] {
  const kept = items.filter(({ key }) => key !== item.key)
  if (item.kind === 'said' && item.position === undefined) return [...kept, item]
  const position = item.kind === 'said' && item.archived === true ? item.position : undefined
  const place = position === undefined ? placeOfNew(kept) : placeOfOld(kept, position)
  return [...kept.slice(0, place), item, ...kept.slice(place)]
}

function placeOfOld(items: readonly Item[], position: bigint): number {
  const isBefore = (each: Item): boolean =>
    each.kind === 'said' && each.position !== undefined && each.position < position
  return items.findLastIndex(isBefore) + 1
}

/** What is new comes before what is not in the record yet. */
function placeOfNew(items: readonly Item[]): number {
  const first = items.findIndex((each) => each.kind === 'said' && each.position === undefined)
  return first === -1 ? items.length : first
}

/** The last message that is in the record. */
export function lastSaid({ items }: Talk): (SaidItem & { readonly position: bigint }) | undefined {
  return items.findLast(
    (item): item is SaidItem & { position: bigint } => item.kind === 'said' && item.position !== undefined,
  )
}
