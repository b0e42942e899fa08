import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { decodeServerFrame, encodeClientRecord, feedLevels } from '@parley/api'
import { BlockHeaderType, type SealedBlock, SealedBlockType } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { eventually, getJson, postMessages, postOperation } from './support/harness.ts'
import { Listener } from './support/socket.ts'
import { Talk } from './support/world.ts'

const shards = [3, 9, 12]
const program = join(import.meta.dirname, 'support/sequencer-process.ts')
let child: ChildProcess | undefined
let directory = ''

afterEach(async () => {
  await kill()
  await rm(directory, { recursive: true, force: true })
})

async function live(): Promise<string> {
  child = spawn(process.execPath, [program, directory, ...shards.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout! })) return (JSON.parse(line) as { url: string }).url
  throw new Error('the sequencer ended before it listened')
}

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** What was acknowledged: content by position. */
type Acknowledged = Map<bigint, string>

/** Talks until the sequencer is gone. */
async function keepTalking(url: string, talk: Talk, heard: Acknowledged, answered: () => void): Promise<void> {
  const path = `/v1/conversations/${talk.shard}/${talk.index}`
  for (;;) {
    const { members } = (await getJson<{ conversation: { members: { nonce: string }[] } }>(url, path)).conversation
    const nonce = BigInt(members[0]!.nonce)
    const messages = [0n, 1n, 2n].map((i) => talk.signed(`${talk.shard} ${nonce + i}`, 0, nonce + i))
    const receipts = await postMessages(url, messages)
    receipts.forEach(({ refusal, value }, i) => {
      if (refusal !== 0) return
      expect(heard.has(value), `position ${value} was given twice`).toBe(false)
      heard.set(value, Buffer.from(messages[i]!.content).toString('hex'))
    })
    answered()
  }
}

const rootsIn = (frames: readonly Uint8Array[]): [bigint, string][] =>
  frames.map((frame) => {
    const { header } = (SealedBlockType.deserialize(frame) as SealedBlock).block
    return [header.number, Buffer.from(BlockHeaderType.hashTreeRoot(header)).toString('hex')]
  })

async function contentsOf(url: string, { shard, index }: Talk, count: bigint): Promise<string[]> {
  const feed = await new Listener(url, '/v1/feed').opened()
  const add = [{ shard, index, from: 0n, after: 0n }]
  const value = { id: 1, level: feedLevels.sealed, historyOnly: false, add, remove: [] }
  feed.send(encodeClientRecord({ kind: 'mutate', value }))
  const contents = await eventually('the whole conversation', () => {
    const entries = feed.frames
      .flatMap(decodeServerFrame)
      .flatMap(({ kind, value }) => (kind === 'entries' ? value.entries : []))
    const messages = entries.flatMap(({ event }) =>
      event.selector === 0 ? [Buffer.from(event.value.content).toString('hex')] : [],
    )
    return BigInt(messages.length) >= count ? messages : undefined
  })
  feed.close()
  return contents
}

test('kill -9 › at moments under load loses nothing acknowledged and shows no second header', async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-sequencer-'))
  const talks = shards.map((shard) => new Talk(shard, 0))
  const heard = talks.map((): Acknowledged => new Map())
  const roots = new Map<bigint, string>()
  for (const answersBeforeKill of [4, 1, 9, 17]) {
    const url = await live()
    await eventually('deposits', async () => (await fetch(`${url}/v1/accounts/12/0`)).ok || undefined)
    for (const talk of talks)
      if (!(await fetch(`${url}/v1/conversations/${talk.shard}/0`)).ok) await postOperation(url, talk.create)
    const feed = await new Listener(url, '/v1/feed/blocks?from=1').opened()
    let answers = 0
    const gone = Promise.withResolvers<void>()
    const talking = Promise.allSettled(
      talks.map((talk, i) =>
        keepTalking(url, talk, heard[i]!, () => {
          answers += 1
          if (answers >= answersBeforeKill) gone.resolve()
        }),
      ),
    )
    await gone.promise
    await kill()
    for (const result of await talking) {
      // Connections break; what must hold must not.
      if (result.status === 'rejected')
        expect(String(result.reason)).toMatch(/fetch failed|terminated|other side closed/)
    }
    for (const [number, root] of rootsIn(feed.frames)) {
      expect(roots.get(number) ?? root, `two headers for block ${number}`).toBe(root)
      roots.set(number, root)
    }
  }
  const url = await live()
  for (const [i, talk] of talks.entries()) {
    const { conversation } = await getJson<{ conversation: { messageCount: string } }>(
      url,
      `/v1/conversations/${talk.shard}/0`,
    )
    expect(heard[i]!.size).toBeGreaterThan(0)
    const contents = await contentsOf(url, talk, BigInt(conversation.messageCount))
    for (const [position, content] of heard[i]!) expect(contents[Number(position)]).toBe(content)
  }
  const feed = await new Listener(url, '/v1/feed/blocks?from=1').opened()
  const final = new Map(rootsIn(await feed.heard(roots.size)))
  for (const [number, root] of roots) expect(final.get(number)).toBe(root)
}, 360_000)
