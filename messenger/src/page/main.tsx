import { render } from 'preact'
import { Chat } from '../model/chat.ts'
import { wordsOf } from '../model/fault-words.ts'
import { type Places, placesOf } from '../places/places.ts'
import { openDeviceStore } from '../session/device-store.ts'
import { lead } from '../session/leader.ts'
import { openMessenger } from '../session/open-messenger.ts'
import { type KeptWallet, OwnData } from '../session/own-data.ts'
import '../style/page.css'
import { App } from '../views/app.tsx'
import { Elsewhere, Notice, Setup } from '../views/setup.tsx'

const root = document.getElementById('app') as HTMLElement

const show = (view: Parameters<typeof render>[0]): void => render(view, root)

/** Runs the messenger in this tab as long as it has the turn; then waits for the next one. */
async function run(places: Places): Promise<void> {
  const name = `parley/${places.contracts.rollup.toLowerCase()}`
  for (;;) {
    show(<Notice text="Opening…" />)
    const leader = await lead(name, (takeOver) => show(<Elsewhere onTakeOver={takeOver} />))
    try {
      await runHere(places, name, leader.over)
    } finally {
      leader.release()
    }
  }
}

async function runHere(places: Places, name: string, over: AbortSignal): Promise<void> {
  const device = await openDeviceStore(name)
  try {
    const own = new OwnData(device.store)
    const wallet = (await own.wallet.get()) ?? (await askForWallet(places, own, over))
    if (wallet === undefined) return
    show(<Notice text="Opening your conversations…" />)
    let chat: Chat | undefined
    const opened = await openMessenger({ places, store: device.store, wallet }, (part, error) => {
      console.warn(part, error)
      chat?.servers.trouble(error)
    })
    try {
      chat = new Chat({ ...opened, own }, over)
      show(<App chat={chat} wallet={wallet} />)
      await chat.run()
    } finally {
      await opened.messenger.close()
    }
  } finally {
    device.close()
  }
}

/** Undefined when another tab takes over meanwhile. */
async function askForWallet(places: Places, own: OwnData, over: AbortSignal): Promise<KeptWallet | undefined> {
  const { promise, resolve } = Promise.withResolvers<KeptWallet | undefined>()
  over.addEventListener('abort', () => resolve(undefined), { once: true })
  const keep = async (wallet: KeptWallet): Promise<void> => {
    await own.wallet.set(wallet)
    resolve(wallet)
  }
  show(<Setup places={places} onWallet={keep} />)
  return promise
}

const main = async (): Promise<void> => {
  const text = document.getElementById('places')?.textContent ?? ''
  await run(placesOf(JSON.parse(text) as unknown))
}

main().catch((error: unknown) => {
  console.warn(error)
  show(<Notice text={wordsOf(error)} onAgain={() => location.reload()} />)
})
