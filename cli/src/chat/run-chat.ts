import { httpContents } from '@parley/content'
import { createMessenger, levelStore, type Messenger, type Store } from '@parley/messaging'
import { CodedError } from '@parley/protocol'
import { createClient, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { plain } from '../action/plain.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { asFault, describeError } from '../process/describe-error.ts'
import { Closing } from '../role/closing.ts'
import { DataDir } from '../role/data-dir.ts'
import { l2TransportOf } from '../role/l2.ts'
import type { ChatCommand } from './command.ts'
import { chatCommands, helpText } from './commands.ts'
import { parseLine } from './line.ts'
import type { Typed } from './lines.ts'
import { type ChatScreen, openScreen } from './screen.ts'
import { Session } from './session.ts'
import { placeOf, type Shown, shownOf } from './shown.ts'
import { say } from './speaking-commands.ts'
import { storeUnder, walletOf } from './wallet.ts'

const cursorKey = 'chat/cursor'
const readRetries = 2

/** Talks until the input ends, somebody quits, or the process is asked to end. */
export async function runChat(context: Context): Promise<number> {
  const closing = new Closing()
  try {
    const { messenger, store } = await open(context, closing)
    const screen = openScreen(context)
    closing.add(async () => screen.close())
    const over = new AbortController()
    const signal = AbortSignal.any([context.signal, over.signal])
    const session = new Session({ messenger, store, signal, show: (shown) => screen.show(shown) })
    const { identity, installation: device, registered, code } = messenger
    session.show({ type: 'ready', identity: toHex(identity), device: toHex(device), registered, code })
    const watching = watch(session, store, signal)
    try {
      // Whichever ends first ends the other: what fails to be watched is not to be talked past.
      await Promise.race([converse(session, screen), watching])
    } finally {
      over.abort()
      await watching
    }
    return 0
  } finally {
    await closing.close()
  }
}

async function open(context: Context, closing: Closing): Promise<{ messenger: Messenger; store: Store }> {
  const { config, log, signal, clock, sources } = context
  const rollup = needed(config, 'l2.rollup')
  const contracts = { rollup, directory: needed(config, 'l2.directory'), inbox: needed(config, 'l2.publicInbox') }
  const { relay, gateways, stores } = config.chat
  if (stores.length === 0)
    throw new CliError({
      code: 'CONFIG_VALUE_INVALID',
      key: 'chat.stores',
      source: sources.get('chat.stores') ?? 'fallback',
      reason: 'must name one store at least: what is said lies there',
    })
  const secret = await walletOf(context)
  const belongsTo = `rollup ${rollup}, directory ${contracts.directory}, public inbox ${contracts.inbox}`
  const dataDir = new DataDir({ path: needed(config, 'run.dataDir'), deployment: belongsTo }, closing)
  const store = await storeUnder(levelStore(await dataDir.named('chat device')), secret)
  const account = privateKeyToAccount(toHex(secret))
  const transport = l2TransportOf({ config, signal }, readRetries)
  const messenger = await createMessenger({
    wallet: createClient({ account, transport, pollingInterval: config.l2.pollMs, cacheTime: 0 }),
    contracts,
    store,
    sequencer: needed(config, 'sequencer.url'),
    ...(relay !== undefined && { relay }),
    ...(config.node.url !== undefined && { node: config.node.url }),
    gateways: gateways.map((url) => ({ url })),
    contents: stores.map((url) => httpContents({ url, clock })),
    onTrouble: (part, error) => log.warn({ part, reason: describeError(error) }, 'a part waits'),
  })
  closing.add(() => messenger.close())
  return { messenger, store }
}

/** Shows what happens, each once: where it was is kept after it was shown. */
async function watch(session: Session, store: Store, signal: AbortSignal): Promise<void> {
  const kept = await store.get(cursorKey)
  const from = kept && new TextDecoder().decode(kept)
  for await (const event of session.messenger.watch({ ...(from !== undefined && { from }), signal })) {
    session.show(shownOf(event))
    if (event.type === 'membership')
      for (const each of await session.compared.numbersIn(event.conversation))
        if (each.standing === 'changed') session.show(each)
    await store.write([{ key: cursorKey, value: new TextEncoder().encode(event.cursor) }])
  }
}

/** Does what lines say, one after the other. */
async function converse(session: Session, screen: ChatScreen): Promise<void> {
  const prompt = (): void => screen.prompt(session.current === undefined ? '' : placeOf(session.current))
  prompt()
  for await (const typed of screen.lines) {
    if (await obey(session, typed)) return
    prompt()
  }
}

/** @returns whether that was the end. */
async function obey(session: Session, typed: Typed): Promise<boolean> {
  let command = 'say'
  try {
    if ('fault' in typed) throw typed.fault
    const line = parseLine(typed.text)
    if (line === undefined) return false
    if (line.kind === 'say') {
      session.show(doneBy(command, await say(session, line.text)))
      return false
    }
    const { given } = line
    command = given.name
    if (command === 'quit') return true
    if (command === 'help') session.show({ type: 'help', text: helpText() })
    else session.show(doneBy(command, await commandOf(command).run(session, given)))
    return false
  } catch (error) {
    session.signal.throwIfAborted()
    const fault = asFault(error)
    // Everything else is a defect, which ends the chat.
    if (!(fault instanceof CodedError)) throw error
    session.show({ type: 'refused', command, fault: fault.toJSON(), reason: fault.message })
    return false
  }
}

function commandOf(name: string): ChatCommand {
  const found = chatCommands.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'command', reason: `/${name} is none: see /help` })
}

const doneBy = (command: string, result: object): Shown => ({
  type: 'done',
  command,
  ...(plain(result) as Readonly<Record<string, unknown>>),
})
