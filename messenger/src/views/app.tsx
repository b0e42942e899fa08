import { useState } from 'preact/hooks'
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

/** The messenger once it runs. */
export function App({ chat, wallet }: { readonly chat: Chat; readonly wallet: KeptWallet }) {
  useObservable(chat)
  const [shown, setShown] = useState<Shown>()
  const close = () => setShown(undefined)
  if (!chat.messenger.registered) return <Register address={chat.address} onRegister={() => chat.register()} />
  const talk = chat.openTalk
  return (
    <div class={talk === undefined ? 'frame' : 'frame talking'}>
      {chat.isTroubled && (
        <p class="banner over" role="status">
          A server does not answer. What you say is kept and sent later.
        </p>
      )}
      <Side chat={chat} onBegin={() => setShown('begin')} onAccount={() => setShown('account')} />
      {talk === undefined ? (
        <main class="talk none">
          <p>Choose a conversation, or begin one.</p>
        </main>
      ) : (
        <Conversation
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
    </div>
  )
}
