import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { KeptWallet } from '../session/own-data.ts'
import { Account } from './account.tsx'
import { Begin } from './begin.tsx'
import { Conversation } from './conversation.tsx'
import { Details } from './details.tsx'
import { useObservable } from './hooks.ts'
import { Levels } from './levels.tsx'
import { Register } from './setup.tsx'
import { Side } from './side.tsx'

type Shown = 'begin' | 'account' | 'details' | 'levels' | undefined

const banners = {
  fine: undefined,
  troubled: 'A server does not answer. What you write is kept here and goes out by itself.',
  offline: 'You are offline. You can read what is here; what you write is kept, and goes out once you are back.',
} as const

/** The messenger once it runs. */
export function App({ chat, wallet }: { readonly chat: Chat; readonly wallet: KeptWallet }) {
  useObservable(chat)
  const [shown, setShown] = useState<Shown>()
  const close = () => setShown(undefined)
  const unread = chat.talks.reduce((sum, each) => sum + each.unread, 0) + chat.requests.length
  useEffect(() => {
    document.title = unread === 0 ? 'Parley' : `(${unread}) Parley`
  }, [unread])
  if (!chat.messenger.registered) return <Register address={chat.address} onRegister={() => chat.register()} />
  const talk = chat.openTalk
  const banner = banners[chat.servers.state]
  return (
    <main class={talk === undefined ? 'frame' : 'frame talking'}>
      <div class="over" role="status">
        {banner !== undefined && <p class="banner">{banner}</p>}
      </div>
      <p class="unseen" role="status">
        {chat.announcement}
      </p>
      <Side
        chat={chat}
        mustKeepKey={wallet.kind === 'own' && chat.mustKeepKey}
        onBegin={() => setShown('begin')}
        onAccount={() => setShown('account')}
      />
      {talk === undefined ? (
        <div class="talk none">
          <p>Choose a conversation, or begin one.</p>
        </div>
      ) : (
        <Conversation
          key={talk.key}
          chat={chat}
          talk={talk}
          onDetails={() => setShown('details')}
          onLevels={() => setShown('levels')}
        />
      )}
      {shown === 'begin' && <Begin chat={chat} onClose={close} />}
      {shown === 'account' && <Account chat={chat} wallet={wallet} onClose={close} />}
      {shown === 'details' && talk !== undefined && <Details chat={chat} talk={talk} onClose={close} />}
      {shown === 'levels' && <Levels onClose={close} />}
    </main>
  )
}
