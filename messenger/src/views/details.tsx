import { type RoomMember, roles } from '@parley/messaging'
import { useState } from 'preact/hooks'
import type { Chat, Verified } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import { addressOf } from '../model/words.ts'
import { addressesOf, whoHint } from './begin.tsx'
import { useDoing } from './hooks.ts'
import { Avatar, Dialog, Fault } from './parts.tsx'

function Member({
  chat,
  talk,
  member,
  mayChange,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly member: RoomMember
  readonly mayChange: boolean
}) {
  const doing = useDoing()
  const address = addressOf(member.identity)
  const isMe = address === chat.address
  const [name, setName] = useState(chat.isNamed(address) ? chat.nameOf(address) : '')
  const isAdmin = member.role === roles.admin
  const { length } = member.installations
  return (
    <li class="member">
      <div class="who">
        <Avatar address={address} name={chat.nameOf(address)} />
        <div class="grow">
          <strong>{isMe ? 'You' : chat.nameOf(address)}</strong>
          <span class="meta">
            {isAdmin ? 'Admin' : 'Member'} · {length === 1 ? 'one device' : `${length} devices`}
          </span>
          <span class="address">{address}</span>
        </div>
      </div>
      {!isMe && (
        <div class="row wrap">
          <input
            class="grow"
            aria-label={`Your name for ${address}`}
            placeholder="Your name for them"
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onChange={() => doing.run(() => chat.rename(address, name))}
          />
          {mayChange && !isAdmin && (
            <button
              type="button"
              disabled={doing.busy}
              onClick={() => doing.run(() => talk.room.setRole(member.slot, roles.admin))}
            >
              Make admin
            </button>
          )}
          {mayChange && (
            <button
              type="button"
              class="danger"
              disabled={doing.busy}
              onClick={() =>
                doing.run(() => chat.messenger.removeMembers(talk.room, { identities: [member.identity] }))
              }
            >
              Remove
            </button>
          )}
        </div>
      )}
      <Fault text={doing.fault} />
    </li>
  )
}

function Add({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const [who, setWho] = useState('')
  const [told, setTold] = useState('')
  const addresses = addressesOf(who)
  const add = async () => {
    if (addresses === undefined) return
    const { invited, failed } = await chat.messenger.addMembers(talk.room, { to: addresses })
    const missing = failed.map(({ identity }) => chat.nameOf(addressOf(identity)))
    setTold(
      [
        ...(invited.length === 0 ? [] : [`Invited: ${invited.length}.`]),
        ...(missing.length === 0 ? [] : [`Not registered: ${missing.join(', ')}.`]),
      ].join(' '),
    )
    setWho('')
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void doing.run(add)
      }}
    >
      <label for="add">Add people</label>
      <textarea
        id="add"
        rows={1}
        spellcheck={false}
        aria-describedby="add-hint"
        value={who}
        onInput={(event) => setWho(event.currentTarget.value)}
      />
      <p class="hint" id="add-hint">
        {told || whoHint}
      </p>
      <Fault text={doing.fault} />
      <button type="submit" disabled={addresses === undefined || doing.busy}>
        {doing.busy ? 'Inviting…' : 'Invite'}
      </button>
    </form>
  )
}

const counted = (count: bigint, one: string): string => `${count} ${one}${count === 1n ? '' : 's'}`

const grades = {
  node: 'This root is the node’s own word: the L2 does not have it yet.',
  claimed: 'The L2 has the root; it can still be contested.',
  final: 'The L2 has made the root final: nobody can change this record any more.',
} as const

function Found({ found }: { readonly found: Verified }) {
  const { messages, changes, grade, sameAsHere, claim, stateRoot } = found
  return (
    <div role="status">
      <p>
        <strong>
          {grade === 'final' ? 'Complete and final' : 'Complete'}: {counted(messages, 'message')} and{' '}
          {counted(changes, 'change')} of members.
        </strong>{' '}
        Nothing is left out, and each entry is by the member that it names.
      </p>
      <p>{grades[grade]}</p>
      {sameAsHere === true && <p>It is the record that this device has.</p>}
      {sameAsHere === undefined && <p>This device has newer entries, which are not in it yet.</p>}
      {sameAsHere === false && <p class="fault">It is another record than this device has: a server lies.</p>}
      <p class="address">
        {claim !== undefined && `Claim ${claim}, `}root {stateRoot}
      </p>
    </div>
  )
}

function Verify({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const [found, setFound] = useState<Verified>()
  return (
    <section aria-label="Record">
      <h3>Record</h3>
      <p class="hint">
        Asks a verifying node for the whole record with its proof, and checks it here, in your browser.
      </p>
      <button
        type="button"
        disabled={doing.busy}
        onClick={() => doing.run(async () => setFound(await chat.verify(talk)))}
      >
        {doing.busy ? 'Checking…' : 'Verify the record'}
      </button>
      <Fault text={doing.fault} />
      {found !== undefined && <Found found={found} />}
    </section>
  )
}

/** Who is in a conversation, and whether its record is complete. */
export function Details({
  chat,
  talk,
  onClose,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly onClose: () => void
}) {
  const doing = useDoing()
  const { room } = talk
  const { members, state } = room
  const mayChange =
    state !== 'left' &&
    members.some(({ identity, role }) => addressOf(identity) === chat.address && role === roles.admin)
  return (
    <Dialog title={room.title} onClose={onClose}>
      <section aria-label="Members">
        <h3>Members</h3>
        <ul class="plain">
          {members.map((member) => (
            <Member key={member.slot} chat={chat} talk={talk} member={member} mayChange={mayChange} />
          ))}
        </ul>
        {mayChange && <Add chat={chat} talk={talk} />}
      </section>
      <Verify chat={chat} talk={talk} />
      {state !== 'left' && (
        <section aria-label="Leave">
          <button type="button" class="danger" disabled={doing.busy} onClick={() => doing.run(() => room.leave())}>
            Leave the conversation
          </button>
          <Fault text={doing.fault} />
        </section>
      )}
    </Dialog>
  )
}
