import type { MessageContent, Reaction, Room } from '@parley/messaging'

/** How far a message got. Beyond `sealed` a node shows it under a root that the L2 has. */
export type Level = 'waiting' | 'accepted' | 'sealed' | 'claimed' | 'final'

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

/** Something that happened beside what was said. */
export interface NoteItem {
  readonly kind: 'note'
  readonly key: string
  readonly text: string
  readonly warns?: boolean
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

/** With one reaction more, or taken back. */
export function withReaction(reactions: Reactions, to: string, author: string, { reaction, act }: Reaction): Reactions {
  const ofMessage = reactions.get(to) ?? new Map<string, ReadonlySet<string>>()
  const others = [...(ofMessage.get(reaction) ?? [])].filter((each) => each !== author)
  const authors = new Set(act === 'added' ? [...others, author] : others)
  return new Map([...reactions, [to, new Map([...ofMessage, [reaction, authors]])]])
}

export const nothingSettled: Settled = { claimed: 0n, final: 0n }

export function levelOf({ position, pending }: SaidItem, { claimed, final }: Settled): Level {
  if (position === undefined) return pending === 'accepted' ? 'accepted' : 'waiting'
  if (position < final) return 'final'
  return position < claimed ? 'claimed' : 'sealed'
}

export const levelWords: Readonly<Record<Level, { readonly name: string; readonly means: string }>> = {
  waiting: { name: 'Waiting', means: 'Kept on this device; it is sent as soon as it can be.' },
  accepted: { name: 'Accepted', means: 'The sequencer has ordered it, and every member can fetch it.' },
  sealed: { name: 'Sealed', means: 'It stands in a block that the sequencer has signed.' },
  claimed: { name: 'Claimed', means: 'Its block was published, and the L2 has the root that covers it.' },
  final: { name: 'Final', means: 'The time to contest the root is over: nobody can change or drop it any more.' },
}

/** Puts an item where it belongs: by position, and what has none at the end. */
export function withItem(items: readonly Item[], item: Item): Item[] {
  const kept = items.filter(({ key }) => key !== item.key)
  if (item.kind === 'note' || item.position === undefined) return [...kept, item]
  const { position } = item
  const after = kept.findLastIndex(
    (each) => each.kind === 'said' && each.position !== undefined && each.position < position,
  )
  const place = item.archived === true ? after + 1 : placeOfNew(kept)
  return [...kept.slice(0, place), item, ...kept.slice(place)]
}

/** What is new comes before what is not in the record yet. */
function placeOfNew(items: readonly Item[]): number {
  const first = items.findIndex((each) => each.kind === 'said' && each.position === undefined)
  return first === -1 ? items.length : first
}
