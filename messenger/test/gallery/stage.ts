import type { NodeClient } from '@parley/client'
import type { MessageContent, Messenger, Room, RoomMember, Store, WatchedEvent, WithheldEvent } from '@parley/messaging'
import { Chat } from '../../src/model/chat.ts'
import { OwnData } from '../../src/session/own-data.ts'
import { bytesOf, deviceOf, me, names, type Person } from './people.ts'

/** When the pictures are taken: 30 November 2026, 18:40 UTC. */
export const now = Date.UTC(2026, 10, 30, 18, 40)
const minute = 60_000

export interface RoomPlan {
  readonly index: number
  readonly title: string
  readonly state?: Room['state']
  readonly members: readonly RoomMember[]
  readonly invited?: readonly Person[]
  /** Messages that a node shows to be claimed and final. */
  readonly settled?: { readonly claimed: bigint; readonly final: bigint }
  /** What sending rejects with. */
  readonly refuses?: Error
}

export interface StagePlan {
  readonly registered?: boolean
  readonly rooms?: readonly RoomPlan[]
  readonly events?: (rooms: readonly Room[]) => readonly Omit<WatchedEvent, 'cursor'>[]
  readonly withheld?: readonly WithheldEvent[]
  /** Fails as a server that is away. */
  readonly trouble?: Error
  /** What the page kept, by name. */
  readonly kept?: Readonly<Record<string, unknown>>
}

/** A chat with a messenger that plays what it is given, so that pictures are the same each time. */
export function stagedChat(plan: StagePlan): { readonly chat: Chat; readonly rooms: readonly Room[] } {
  const rooms = (plan.rooms ?? []).map(roomOf)
  const events = [...(plan.events?.(rooms) ?? []), ...(plan.withheld ?? [])]
  const messenger = {
    identity: bytesOf(me),
    installation: deviceOf(me),
    registered: plan.registered ?? true,
    code: '4821 0937 5560',
    conversations: rooms,
    providers: [
      { kind: 'store', name: 'http://store-a.example', aside: false },
      { kind: 'store', name: 'http://store-b.example', aside: true },
      { kind: 'gateway', name: 'http://gateway.example', aside: false },
    ],
    history: async () => [],
    listInstallations: async () => [
      { installation: deviceOf(me), isThis: true, isConfirmed: true },
      { installation: deviceOf(me, 2), isThis: false, isConfirmed: true },
    ],
    async *watch() {
      for (const [i, event] of events.entries()) yield { ...event, cursor: `played=${i}` } as WatchedEvent
    },
  }
  const node = { conversation: async (_shard: number, index: number, asked: object) => settledAt(plan, index, asked) }
  const own = new OwnData(keptStore({ names, 'key-shown': true, ...plan.kept }))
  const probe = (): Promise<never> => Promise.reject(plan.trouble ?? new Error('it is not asked'))
  const deps = {
    messenger: messenger as unknown as Messenger,
    node: node as unknown as NodeClient,
    own,
    probe,
  }
  return { chat: new Chat(deps, new AbortController().signal), rooms }
}

function settledAt({ rooms = [] }: StagePlan, index: number, asked: object) {
  const { claimed = 0n, final = 0n } = rooms.find((each) => each.index === index)?.settled ?? {}
  return 'at' in asked
    ? { grade: 'final', conversation: { messageCount: final } }
    : { grade: 'claimed', conversation: { messageCount: claimed } }
}

function roomOf({ index, title, state = 'open', members, invited = [], refuses }: RoomPlan): Room {
  const room = {
    place: { shard: 0, index },
    id: new Uint8Array(32).fill(index),
    title,
    kind: 'talk',
    state,
    members,
    invited: invited.map(bytesOf),
    live: { conversation: { isBusy: true } },
    send: () => Promise.reject(refuses ?? new Error('nothing is sent on a stage')),
  }
  return room as unknown as Room
}

function keptStore(kept: Readonly<Record<string, unknown>>): Store {
  const bytes = new Map(
    Object.entries(kept).map(([name, value]) => [`page/${name}`, new TextEncoder().encode(JSON.stringify(value))]),
  )
  return {
    get: async (key) => bytes.get(key),
    async *list() {},
    write: async () => undefined,
  }
}

/** What is said in one conversation, one minute after the other. */
export class Said {
  private readonly room: Room
  private readonly first: number
  private count = 0

  constructor(room: Room, firstMinute: number) {
    this.room = room
    this.first = now - firstMinute * minute
  }

  by(who: Person, content: MessageContent | string, fallback = ''): Omit<WatchedEvent, 'cursor'> {
    this.count += 1
    const time = BigInt(this.first + this.count * minute)
    return {
      type: 'message',
      conversation: this.room,
      position: BigInt(this.count - 1),
      id: idOf(this.count - 1),
      sender: { identity: bytesOf(who), installation: deviceOf(who), slot: 0, verified: true, own: who === me },
      sentAt: time,
      time,
      content: typeof content === 'string' ? { type: 'text/1', text: content } : content,
      fallback,
    } as Omit<WatchedEvent, 'cursor'>
  }
}

/** Of the message at a position. */
export const idOf = (position: number): Uint8Array => new Uint8Array(16).fill(position + 1)
