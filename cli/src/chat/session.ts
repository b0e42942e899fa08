import type { ArchivedMessage, Messenger, Room, Store } from '@parley/messaging'
import { placeArgument } from '../action/arguments.ts'
import { CliError } from '../faults.ts'
import { Compared } from './compared.ts'
import { placeOf, type Shown } from './shown.ts'

export interface SessionDeps {
  readonly messenger: Messenger
  /** What the device keeps, beside what the messenger does. */
  readonly store: Store
  readonly show: (shown: Shown) => void
  readonly signal: AbortSignal
}

/** What commands work with: the messenger, and the conversation that is open. */
export class Session {
  readonly messenger: Messenger
  readonly compared: Compared
  readonly show: SessionDeps['show']
  readonly signal: AbortSignal
  private opened: Room | undefined

  constructor({ messenger, store, show, signal }: SessionDeps) {
    this.messenger = messenger
    this.compared = new Compared(store, messenger)
    this.show = show
    this.signal = signal
  }

  /** The conversation that is open, or the only one that there is; undefined for none. */
  get current(): Room | undefined {
    const { conversations } = this.messenger
    return this.opened ?? (conversations.length === 1 ? conversations[0] : undefined)
  }

  /** @throws {CliError} `ARGUMENT_INVALID`: none is open. */
  get room(): Room {
    const { current } = this
    if (current !== undefined) return current
    const reason = 'is not open: /conversations names them, /open opens one'
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'conversation', reason })
  }

  open(room: Room): { readonly conversation: string } {
    this.opened = room
    return { conversation: placeOf(room) }
  }

  /** A conversation of this device by its place. @throws {CliError} `ARGUMENT_INVALID`. */
  roomAt(text: string): Room {
    const { shard, index } = placeArgument('conversation', text)
    const found = this.messenger.conversations.find(({ place }) => place.shard === shard && place.index === index)
    if (found !== undefined) return found
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'conversation', reason: `${text} is none of this device` })
  }

  /** A message of the open conversation. @throws {CliError} `ARGUMENT_INVALID`. */
  async messageAt(text: string): Promise<Pick<ArchivedMessage, 'position' | 'plaintext'>> {
    const position = positionArgument(text)
    const found =
      (await this.room.live.conversation.messageAt(position)) ??
      (await this.messenger.history({ conversation: this.room })).find((each) => each.position === position)
    if (found !== undefined) return found
    const reason = `this device read no message #${position} of ${placeOf(this.room)}`
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'position', reason })
  }
}

function positionArgument(text: string): bigint {
  const digits = /^#?(\d{1,15})$/.exec(text)?.[1]
  if (digits !== undefined) return BigInt(digits)
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'position', reason: 'must be the number of a message' })
}
