import { type Contents, type Contracts, createMessenger, levelStore, ownAccount, text } from '@parley/messaging'
import { ClassicLevel } from 'classic-level'
import { type Address, createWalletClient, type Hex, http, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** Where everything is. */
export interface Places {
  readonly l2Url: string
  readonly contracts: Contracts
  readonly sequencer: string
  readonly contents: Contents
}

/** Invites somebody to lunch, or waits to be invited, and talks until it has heard the other. @returns what was heard. */
export async function lunch(
  { l2Url, contracts, sequencer, contents }: Places,
  secret: Hex,
  path: string,
  guest?: Address,
) {
  const wallet = createWalletClient({
    account: privateKeyToAccount(secret),
    transport: http(l2Url),
    pollingInterval: 200,
  })
  const db = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: 'view' })
  const sponsor = ownAccount({ shard: 7 })
  const me = await createMessenger({ wallet, contracts, store: levelStore(db), sequencer, contents, sponsor })
  if (!me.registered) await me.registerInstallation()

  if (guest !== undefined) await me.invite({ to: guest, title: 'Lunch', text: 'Noon at Luigi’s?' })
  const heard: string[] = []
  const stop = AbortSignal.timeout(100_000)
  for await (const event of me.watch({ signal: stop })) {
    if (event.type === 'request') await event.accept()
    if (event.type === 'membership') await event.conversation.send(text('Great!'))
    if (event.type === 'joined') await event.conversation.send(text('See you there.'))
    if (event.type === 'message' && event.content.type === 'text/1' && !event.sender.own)
      heard.push(`${toHex(event.sender.identity)}: ${event.content.text}`)
    if (heard.length === 1) break
  }
  await me.close()
  await db.close()
  return heard
}
