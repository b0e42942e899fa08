import { decodeServerFrame, encodeClientRecord, type FeedCursor, feedLevels, type ServerRecord } from '@parley/api'
import { afterEach, describe, expect, test } from 'vitest'
import {
  blockAt,
  endAll,
  eventually,
  type Harness,
  type HarnessOptions,
  postMessages,
  postOperation,
  startSequencer,
} from './support/harness.ts'
import { deposit, Talk } from './support/world.ts'

afterEach(endAll)

const each: HarnessOptions = { lanes: 1, sealing: { minAgeMs: 0, minOperations: 1, maxWaitMs: 100 } }
const octets = { 'content-type': 'application/octet-stream' }

async function started(options: HarnessOptions = {}): Promise<{ harness: Harness; talk: Talk }> {
  const harness = await startSequencer({ ...each, ...options })
  harness.l2.enqueue(deposit(3))
  await eventually('deposit', async () => (await fetch(`${harness.url}/v1/accounts/3/0`)).ok || undefined)
  const talk = new Talk(3, 0)
  await postOperation(harness.url, talk.create)
  return { harness, talk }
}

async function say({ url }: Harness, talk: Talk, text: string): Promise<void> {
  const [receipt] = await postMessages(url, [talk.say(text)])
  await eventually('block', () => blockAt(url, receipt!.block))
}

/** A feed that is asked for again and again. */
class Poll {
  readonly records: ServerRecord[] = []
  readonly url: string

  constructor(url: string) {
    this.url = `${url}/v1/feed/frames`
  }

  get session(): string {
    const { value } = this.records.find(({ kind }) => kind === 'session') as ServerRecord & { kind: 'session' }
    return `0x${Buffer.from(value.session).toString('hex')}`
  }

  get kinds(): string[] {
    return this.records.map(({ kind }) => kind)
  }

  async ask(waitMs = 0): Promise<void> {
    const query = this.records.length === 0 ? '' : `?session=${this.session}&waitMs=${waitMs}`
    const answer = await fetch(this.url + query)
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (bytes.length > 0) this.records.push(...decodeServerFrame(bytes))
  }

  async until(kind: string): Promise<void> {
    while (!this.kinds.includes(kind)) await this.ask(10_000)
  }
}

const send = (url: string, session: string, body: Uint8Array, headers: Record<string, string> = octets) =>
  fetch(`${url}/v1/feed/frames?session=${session}`, { method: 'POST', headers, body: Buffer.from(body) })

function following(...add: FeedCursor[]): Uint8Array {
  const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add, remove: [] }
  return encodeClientRecord({ kind: 'mutate', value })
}

const cursor: FeedCursor = { shard: 3, index: 0, from: 0n, after: 0n }

describe('feed over HTTP', () => {
  test('asked again and again › gives the records of a socket, and waits for more', async () => {
    const { harness, talk } = await started()
    await say(harness, talk, 'a')
    const poll = new Poll(harness.url)
    await poll.ask()
    expect(poll.kinds).toEqual(['session', 'started'])
    const sent = following(cursor)
    const answer = await send(harness.url, poll.session, sent)
    expect([answer.status, await answer.json()]).toEqual([200, { bytes: sent.length }])
    await poll.until('caughtUp')
    const before = poll.kinds.filter((kind) => kind === 'entries').length
    const waiting = poll.ask(60_000)
    await say(harness, talk, 'b')
    await waiting
    expect(poll.kinds.filter((kind) => kind === 'entries')).toHaveLength(before + 1)
  })

  test('events › are frames in base64, and stopping says so before it ends them', async () => {
    const { harness, talk } = await started()
    const answer = await fetch(`${harness.url}/v1/feed/events`)
    expect([answer.headers.get('content-type'), answer.headers.get('access-control-allow-origin')]).toEqual([
      'text/event-stream',
      '*',
    ])
    const records: ServerRecord[] = []
    const reading = (async () => {
      let text = ''
      for await (const chunk of answer.body!) text += new TextDecoder().decode(chunk)
      return text
    })()
    const early = new Poll(harness.url)
    await early.ask()
    await say(harness, talk, 'a')
    await harness.end()
    const lines = (await reading).split('\n\n').filter((line) => line !== '')
    for (const line of lines) {
      expect(line).toMatch(/^data: [A-Za-z0-9+/]+=*$/)
      records.push(...decodeServerFrame(new Uint8Array(Buffer.from(line.slice(6), 'base64'))))
    }
    expect(records.map(({ kind }) => kind)).toEqual(['session', 'started', 'closed'])
    expect(records.at(-1)!.value).toMatchObject({ code: 1001 })
  })

  test('what is no frame is refused with its field, and the feed goes on', async () => {
    const { harness } = await started()
    const poll = new Poll(harness.url)
    await poll.ask()
    const refused = await send(harness.url, poll.session, following({ ...cursor, shard: 64 }))
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'FIELD_INVALID', field: 'add.shard' }])
    const junk = await send(harness.url, poll.session, new Uint8Array([7, 7]))
    expect([junk.status, await junk.json()]).toMatchObject([400, { code: 'BODY_MALFORMED' }])
    const long = await send(harness.url, poll.session, new Uint8Array(256 * 1024 + 1))
    expect([long.status, await long.json()]).toMatchObject([413, { code: 'BODY_SIZE', maximum: 256 * 1024 }])
    const json = await send(harness.url, poll.session, Buffer.from('{}'), { 'content-type': 'application/json' })
    expect([json.status, await json.json()]).toMatchObject([415, { code: 'CONTENT_TYPE' }])
    await send(harness.url, poll.session, following(cursor))
    await poll.until('caughtUp')
  })

  test('a feed that nobody knows is FEED_UNKNOWN', async () => {
    const { harness } = await started()
    const none = `0x${'00'.repeat(16)}`
    expect((await fetch(`${harness.url}/v1/feed/frames?session=${none}`)).status).toBe(404)
    const answer = await send(harness.url, none, following(cursor))
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'FEED_UNKNOWN' }])
    expect((await fetch(`${harness.url}/v1/feed/frames?session=0x00`)).status).toBe(400)
    expect((await fetch(`${harness.url}/v1/feed/frames?waitMs=60001`)).status).toBe(400)
  })

  test('feeds over HTTP have their place among all, and give it back when they end', async () => {
    const { harness } = await started({ http: { maxFeeds: 2, heartbeatMs: 200 } })
    const leaving = new AbortController()
    const events = await fetch(`${harness.url}/v1/feed/events`, { signal: leaving.signal })
    expect(events.status).toBe(200)
    await new Poll(harness.url).ask()
    const refused = await fetch(`${harness.url}/v1/feed/events`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
    leaving.abort()
    // One has left; nobody asks for the other any more.
    for (let i = 0; i < 2; i += 1)
      await eventually('room', async () => {
        const answer = await fetch(`${harness.url}/v1/feed/events`)
        return answer.ok || undefined
      })
  })
})
