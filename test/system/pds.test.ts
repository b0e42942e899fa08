import { createSequencerClient } from '@parley/client'
import { contentDigest } from '@parley/content'
import { MemoryContents } from '@parley/messaging/testing'
import { PdsError, type PdsFault, type Said } from '@parley/pds/client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CutProxy } from './support/cut-proxy.ts'
import { eventually } from './support/eventually.ts'
import { byteStore } from './support/memory-stores.ts'
import { PdsWorld, type Person, type RunningPds } from './support/pds.ts'
import { Rollup } from './support/rollup.ts'

const bound = 340_000
const signal = () => AbortSignal.timeout(bound)

let rollup: Rollup
let world: PdsWorld
let pds: RunningPds
let alice: Person
let bob: Person
let mallory: Person
const contents = new MemoryContents()
const stores = { db: byteStore(), index: byteStore() }
beforeAll(async () => {
  rollup = await Rollup.start()
  const node = await rollup.startNode()
  await rollup.startBatcher()
  world = await PdsWorld.deploy(rollup, node)
  ;[alice, bob, mallory] = await Promise.all([world.person(), world.person(), world.person()])
  pds = await world.start(contents, {}, stores)
}, bound)
afterAll(async () => {
  await world?.stop()
  await rollup?.stop()
})

/** The answer once the service can give it. */
function once<T>(what: string, ask: () => Promise<T>, holds: (answer: T) => boolean = () => true): Promise<T> {
  return eventually(what, async () => {
    try {
      const answer = await ask()
      return holds(answer) ? answer : undefined
    } catch (error) {
      if (faultOf(error)?.code === 'PDS_REFUSED') return undefined
      throw error
    }
  })
}

const faultOf = (error: unknown): PdsFault | undefined => (error instanceof PdsError ? error.fault : undefined)
const refusal = async (asked: Promise<unknown>): Promise<string> => {
  const fault = faultOf(await asked.catch((error: unknown) => error))
  return fault?.code === 'PDS_REFUSED' ? fault.refusal : `no refusal: ${fault?.code}`
}
const encoder = new TextEncoder()

test(
  'pds › a blind one follows invites, conversations and contents, and starts again where it was',
  async () => {
    const speaker = await rollup.converse(3)
    const { shard, index, id } = speaker
    const texts = [1, 2].map((nonce) => encoder.encode(`content ${shard} ${index} ${nonce}`))
    for (const text of texts) await contents.put(text)
    await rollup.say(speaker, 2)
    const envelope = encoder.encode('an envelope')
    await contents.put(envelope)

    const asBob = () => world.client(pds.url, bob)
    expect(await refusal(asBob().inbox(0n, signal()))).toBe('USER_UNKNOWN')
    const conversations = [{ shard, index, id, names: [] }]
    const scope = { kind: 'blind', number: 1n, conversations, rules: [] } as const
    const { statement } = await asBob().giveScope(scope, signal())
    expect(statement.body.number).toBe(1n)
    await world.invite(alice, bob, bytesToHex(contentDigest(envelope)))

    const isKept = ({ statement: { body } }: Said<'inbox'>) => (body.invites[0]?.keptUntil ?? 0n) > 0n
    const inbox = await once('the invite', () => asBob().inbox(0n, signal()), isKept)
    expect(inbox.statement.body).toMatchObject({
      count: 1n,
      invites: [{ contentDigest: contentDigest(envelope), hidden: 0 }],
    })

    const isFinal = ({ statement: { body } }: Said<'conversations'>) => body.conversations[0]?.finalMessages === 2n
    const told = await once('a proven record', () => asBob().conversations(0n, signal()), isFinal)
    expect(told.statement.body).toMatchObject({
      more: false,
      total: 1,
      conversations: [{ messages: 2n, followed: true }],
    })
    const areKept = ({ statement: { body } }: Said<'record'>) => body.entries.every(({ keptUntil }) => keptUntil > 0n)
    const record = await once('the contents', () => asBob().record(shard, index, 0n, signal()), areKept)
    expect(record.statement.body.entries.map(({ content }) => content)).toEqual(texts.map(contentDigest))

    await pds.stop()
    pds = await world.start(contents, {}, stores)
    const again = await once('the same after a restart', () => asBob().record(shard, index, 0n, signal()))
    expect(again.statement.body.head).toEqual(record.statement.body.head)
    const checkpoint = await once('a checkpoint', () => asBob().checkpoint(signal()))
    expect(checkpoint.statement.body.number).toBeGreaterThan(0n)
  },
  bound,
)

test('strangers › neither read another’s inbox nor give a scope for another', async () => {
  const asMallory = world.client(pds.url, mallory, bob.identity)
  expect(await refusal(asMallory.inbox(0n, signal()))).toBe('INSTALLATION_UNKNOWN')
  const scope = { kind: 'none', number: 9n, conversations: [], rules: [] } as const
  expect(await refusal(asMallory.giveScope(scope, signal()))).toBe('INSTALLATION_UNKNOWN')
  expect(await refusal(world.client(pds.url, mallory).inbox(0n, signal()))).toBe('USER_UNKNOWN')
  await once('Bob’s own inbox', () => world.client(pds.url, bob).inbox(0n, signal()))
})

test('contents › 256 are asked after in one request, and no more', async () => {
  const asked = Array.from({ length: 256 }, (_, i) => contentDigest(encoder.encode(`asked ${i}`)))
  const asBob = world.client(pds.url, bob)
  const { statement } = await once('which are here', () => asBob.held(asked, signal()))
  expect(statement.body.contents.map(({ keptUntil }) => keptUntil)).toEqual(asked.map(() => 0n))
  expect(await refusal(asBob.held([...asked, contentDigest(encoder.encode('one more'))], signal()))).toBe('BODY_SIZE')
})

test(
  'readiness › a service that no sequencer gives records is not ready until one does',
  async () => {
    await using proxy = await CutProxy.start(rollup.sequencer.url)
    const feed = createSequencerClient({ url: proxy.url })
    const options = { maxBehindMs: 5_000 }
    const fed = await world.start(contents, options, { db: byteStore(), index: byteStore() }, feed)
    const answers = (status: number, body: string) =>
      eventually(`${status} ${body}`, async () => {
        const answer = await fetch(`${fed.url}/readyz`)
        return (answer.status === status && (await answer.text()).includes(body)) || undefined
      })
    await answers(200, '')
    proxy.cut()
    await answers(503, 'no sequencer or relay gives records')
    proxy.mend()
    await answers(200, '')
    await fed.stop()
  },
  bound,
)

test('document › is docs/api/pds.json', async () => {
  const document = await (await fetch(`${pds.url}/openapi.json`)).json()
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/pds.json')
})
