import { type RoomMember, roles, safetyNumber } from '@parley/messaging'
import { useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import { addressOf, counted, listed } from '../model/words.ts'
import { addressed } from './addresses.ts'
import { useDoing } from './hooks.ts'
import { Icon } from './icons.tsx'
import { Avatar, Fault, Risky } from './parts.tsx'

const standings = {
  unknown: 'Safety number: not compared',
  same: 'Safety number: compared',
  changed: 'Safety number: changed since you compared it',
} as const

/** Whether somebody is who they say: both see the same number when nobody stands between. */
function Safety({
  chat,
  talk,
  member,
  me,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly member: RoomMember
  readonly me: RoomMember
}) {
  const doing = useDoing()
  const address = addressOf(member.identity)
  const name = chat.contacts.nameOf(address)
  const number = safetyNumber(me, member)
  const standing = chat.contacts.standing(talk.key, address, number)
  return (
    <details>
      <summary class={standing === 'changed' ? 'warn' : ''}>
        {standing === 'same' && <Icon name="shield" />}
        {standing === 'changed' && <Icon name="warning" />} {standings[standing]}
      </summary>
      <p class="code number">{number}</p>
      <p class="hint">
        Call {name}, or meet, and compare this with what their device shows for you. If it is the same on both, you talk
        with nobody else. It changes when one of you adds or revokes a device.
      </p>
      {standing !== 'same' && (
        <button
          type="button"
          disabled={doing.busy}
          onClick={() => doing.run(() => chat.contacts.compare(talk.key, address, number))}
        >
          It is the same
        </button>
      )}
      <Fault text={doing.fault} />
    </details>
  )
}

function Member({
  chat,
  talk,
  member,
  me,
  mayChange,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly member: RoomMember
  readonly me: RoomMember | undefined
  readonly mayChange: boolean
}) {
  const doing = useDoing()
  const address = addressOf(member.identity)
  const isMe = address === chat.address
  const known = chat.contacts.nameOf(address)
  const [name, setName] = useState(chat.contacts.isNamed(address) ? known : '')
  const isAdmin = member.role === roles.admin
  const remove = () => chat.messenger.removeMembers(talk.room, { identities: [member.identity] })
  return (
    <li class="member">
      <div class="who">
        <Avatar address={address} name={known} />
        <div class="grow">
          <strong>{isMe ? 'You' : known}</strong>
          <span class="meta">
            {isAdmin ? 'Admin' : 'Member'} · {counted(member.installations.length, 'device')}
          </span>
          <span class="address">{address}</span>
        </div>
      </div>
      {!isMe && (
        <>
          <input
            aria-label={`Your name for ${address}`}
            placeholder="What do you call them?"
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onChange={() => doing.run(() => chat.contacts.rename(address, name))}
          />
          {me !== undefined && <Safety chat={chat} talk={talk} member={member} me={me} />}
          {mayChange && (
            <div class="row wrap">
              {!isAdmin && (
                <button
                  type="button"
                  disabled={doing.busy}
                  onClick={() => doing.run(() => talk.room.setRole(member.slot, roles.admin))}
                >
                  Make admin
                </button>
              )}
              <Risky
                label="Remove"
                question={`Nothing that is said from now on can be read by ${known}. Remove them?`}
                act={remove}
              />
            </div>
          )}
        </>
      )}
      <Fault text={doing.fault} />
    </li>
  )
}

function Invited({
  chat,
  talk,
  identity,
}: {
  readonly chat: Chat
  readonly talk: Talk
  readonly identity: RoomMember['identity']
}) {
  const address = addressOf(identity)
  const name = chat.contacts.nameOf(address)
  return (
    <li class="member">
      <div class="who">
        <Avatar address={address} name={name} />
        <div class="grow">
          <strong>{name}</strong>
          <span class="meta">Invited, has not answered</span>
          <span class="address">{address}</span>
        </div>
      </div>
      <Risky
        label="Take the invite back"
        question={`${name} can not accept it any more then. Take it back?`}
        act={() => chat.messenger.removeMembers(talk.room, { identities: [identity] })}
      />
    </li>
  )
}

function Add({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const [who, setWho] = useState('')
  const [told, setTold] = useState('')
  const [touched, setTouched] = useState(false)
  const { addresses, hint, isWrong } = addressed(who, chat.address)
  const add = async () => {
    setTouched(true)
    if (addresses === undefined) return
    const { invited, failed } = await chat.messenger.addMembers(talk.room, { to: addresses })
    const missing = failed.map(({ identity }) => chat.wordFor(identity))
    setTold(
      [
        ...(invited.length === 0 ? [] : [`Invited: ${listed(invited.map((each) => chat.wordFor(each)))}.`]),
        ...(missing.length === 0 ? [] : [`Not registered, so not invited: ${listed(missing)}.`]),
      ].join(' '),
    )
    setWho('')
    setTouched(false)
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
        aria-invalid={isWrong && touched}
        value={who}
        onInput={(event) => setWho(event.currentTarget.value)}
        onChange={() => setTouched(true)}
      />
      <p class={isWrong && touched ? 'fault' : 'hint'} id="add-hint">
        {isWrong && touched ? hint : 'They read what is said after they joined. It costs them nothing.'}
      </p>
      <p role="status">{told}</p>
      <Fault text={doing.fault} />
      <button type="submit" disabled={addresses === undefined || doing.busy}>
        {doing.busy ? 'Inviting…' : 'Invite'}
      </button>
    </form>
  )
}

/** Who is in a conversation, and whether they are who they say. */
export function Members({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const { members, invited, state } = talk.room
  const me = members.find(({ identity }) => addressOf(identity) === chat.address)
  const mayChange = state !== 'left' && me?.role === roles.admin
  return (
    <section aria-label="Members">
      <h3>Members</h3>
      <ul class="plain">
        {members.map((member) => (
          <Member key={member.slot} chat={chat} talk={talk} member={member} me={me} mayChange={mayChange} />
        ))}
        {invited.map((identity) => (
          <Invited key={addressOf(identity)} chat={chat} talk={talk} identity={identity} />
        ))}
      </ul>
      {mayChange && <Add chat={chat} talk={talk} />}
    </section>
  )
}
