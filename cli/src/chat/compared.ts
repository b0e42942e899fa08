import { type Messenger, type Room, type RoomMember, type Store, safetyNumber } from '@parley/messaging'
import { sameBytes } from '@parley/protocol'
import { hexOf, placeOf, type Shown } from './shown.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Safety numbers of others in a conversation, and which of them were compared. */
export class Compared {
  private readonly store: Store
  private readonly messenger: Messenger

  constructor(store: Store, messenger: Messenger) {
    this.store = store
    this.messenger = messenger
  }

  /** The number with each other member; none while this device has no keys. */
  async numbersIn(room: Room): Promise<readonly Shown[]> {
    const { members } = room
    const me = members.find((member) => this.isMe(member))
    const others = me === undefined ? [] : members.filter((member) => !this.isMe(member))
    return Promise.all(others.map((other) => this.shown(room, me as RoomMember, other)))
  }

  /** Keeps that the numbers with somebody were compared, and are the same on both sides. */
  async keep(room: Room, identity: Uint8Array): Promise<readonly Shown[]> {
    const numbers = await this.numbersIn(room)
    const kept = numbers.filter((each) => each.identity === hexOf(identity))
    for (const { number } of kept)
      await this.store.write([{ key: keyOf(room, hexOf(identity)), value: encoder.encode(number as string) }])
    return kept.map((each) => ({ ...each, standing: 'same' }))
  }

  private async shown(room: Room, me: RoomMember, other: RoomMember): Promise<Shown> {
    const number = safetyNumber(me, other)
    const identity = hexOf(other.identity)
    const compared = await this.store.get(keyOf(room, identity))
    const standing = compared === undefined ? 'not compared' : decoder.decode(compared) === number ? 'same' : 'changed'
    return { type: 'safety', conversation: placeOf(room), identity, number, standing }
  }

  private isMe({ identity }: RoomMember): boolean {
    return sameBytes(identity, this.messenger.identity)
  }
}

const keyOf = (room: Room, identity: string): string => `chat/compared/${placeOf(room)}/${identity}`
