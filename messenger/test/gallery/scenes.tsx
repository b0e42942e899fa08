import { MessagingError, type Room, type WatchedEvent } from '@parley/messaging'
import type { VNode } from 'preact'
import { PageError } from '../../src/faults.ts'
import type { Chat } from '../../src/model/chat.ts'
import { wordsOf } from '../../src/model/fault-words.ts'
import type { Places } from '../../src/places/places.ts'
import { App } from '../../src/views/app.tsx'
import { Elsewhere, Notice, Setup } from '../../src/views/setup.tsx'
import { bob, bytesOf, carla, deviceOf, me, memberOf, stranger } from './people.ts'
import { idOf, now, type RoomPlan, Said, type StagePlan, stagedChat } from './stage.ts'

/** One thing to look at: a view, and what is pressed in it. */
export interface Scene {
  readonly view: () => VNode
  /** Buttons and summaries by what stands on them, or by their label. */
  readonly press?: readonly string[]
}

const wallet = { kind: 'own', secret: `0x${'7c31'.repeat(16)}` } as const
const away = new MessagingError({ code: 'CONTENT_UNAVAILABLE', digest: new Uint8Array(32) })

function app(plan: StagePlan, then: (chat: Chat, rooms: readonly Room[]) => Promise<unknown> = async () => undefined) {
  return (): VNode => {
    const { chat, rooms } = stagedChat(plan)
    void chat.run().then(() => then(chat, rooms))
    return <App chat={chat} wallet={wallet} />
  }
}

const lunch: RoomPlan = {
  index: 1,
  title: 'Lunch',
  members: [memberOf(me, 0), memberOf(bob, 1, 2)],
  settled: { claimed: 6n, final: 3n },
}
const trip: RoomPlan = {
  index: 2,
  title: 'A trip to the sea in summer, by train if there is one',
  members: [memberOf(me, 0), memberOf(bob, 1), memberOf(carla, 2)],
}
const quiet: RoomPlan = { index: 3, title: '', state: 'invited', members: [memberOf(me, 0)], invited: [stranger] }
const rooms = [lunch, trip, quiet]

/** A conversation as it goes. */
function happened([first, second]: readonly Room[]): readonly Omit<WatchedEvent, 'cursor'>[] {
  const [here, there] = [new Said(first as Room, 52), new Said(second as Room, 1_400)]
  const device = { identity: bytesOf(bob), installation: deviceOf(bob, 2), slot: 1 }
  const file = { name: 'menu-of-the-week.pdf', size: 482_113, mime: 'application/pdf' }
  return [
    there.by(carla, 'There is a night train on Fridays.'),
    there.by(bob, 'I would take it.'),
    here.by(bob, 'Gladly. Is it the place with the red door?'),
    here.by(me, 'Yes, at the corner behind the market. I will be there at noon.'),
    { type: 'membership', conversation: first as Room, added: [device], removed: [] } as Omit<WatchedEvent, 'cursor'>,
    here.by(bob, 'Good. Bring the papers, please, all of them: the ones from last year, too.'),
    here.by(me, { type: 'attachment/1', ...file } as never, file.name),
    here.by(bob, {
      type: 'reply/1',
      to: idOf(1),
      content: { type: 'text/1', text: 'Could it be a quarter past?' },
    }),
    here.by(me, { type: 'reaction/1', to: idOf(4), reaction: '+1', act: 'added' }),
    here.by(me, 'A quarter past it is.'),
  ]
}

const open = (chat: Chat, [first]: readonly Room[]): Promise<void> =>
  chat.open(`${(first as Room).place.shard}/${(first as Room).place.index}`)

const request = {
  type: 'request',
  kind: 'conversation',
  number: 0,
  sender: bytesOf(stranger),
  verified: true,
  title: 'The flat in Mill Street',
  text: 'Is it still free? I could come and look on Thursday.',
  expiresAt: BigInt(now),
  muted: false,
} as unknown as Omit<WatchedEvent, 'cursor'>

/** Everything that a person can come to see, by name. */
export const scenes: Readonly<Record<string, Scene>> = {
  setup: { view: () => <Setup places={{} as Places} onWallet={async () => undefined} /> },
  'setup-with-key': {
    view: () => <Setup places={{} as Places} onWallet={async () => undefined} />,
    press: ['I have an account on another device'],
  },
  register: { view: app({ registered: false }) },
  elsewhere: { view: () => <Elsewhere onTakeOver={() => undefined} /> },
  broken: {
    view: () => (
      <Notice
        text={wordsOf(new PageError({ code: 'STORAGE_UNAVAILABLE', reason: 'blocked' }))}
        onAgain={() => undefined}
      />
    ),
  },
  empty: { view: app({}) },
  request: { view: app({ events: () => [request], kept: { 'key-shown': false } }) },
  begin: { view: app({}), press: ['New conversation'] },
  list: {
    view: app({
      rooms,
      events: happened,
      kept: { 'key-shown': false },
      withheld: [
        {
          type: 'withheld',
          provider: { kind: 'store', name: 'http://store-a.example' },
          evidence: { reason: 'promised', digests: [], at: BigInt(now) },
        } as never,
      ],
    }),
  },
  talk: { view: app({ rooms, events: happened }, open) },
  invited: { view: app({ rooms: [quiet] }, open) },
  unsent: {
    view: app(
      {
        rooms: [{ ...lunch, refuses: new MessagingError({ code: 'NOT_A_MEMBER', slot: 0, reason: 'shut out' }) }, trip],
        events: happened,
        kept: { waiting: [{ talk: '0/1', text: 'I am on the train, and hardly have a network.', time: now }] },
      },
      async (chat, [first, second]) => {
        chat.servers.trouble(away)
        await open(chat, [first as Room, second as Room])
        const talk = chat.openTalk
        // The view that says it shows why it was refused; here there is none.
        if (talk !== undefined) await chat.say(talk, 'Can you order for me?').catch(() => undefined)
      },
    ),
  },
  members: {
    view: app({ rooms, events: happened }, open),
    press: ['Members and record', 'Safety number: not compared'],
  },
  account: { view: app({ rooms, events: happened }), press: ['Account and devices'] },
  levels: { view: app({ rooms, events: happened }, open), press: ['What this means'] },
}
