import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { Journal } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectNats, openJournal, type Replica, ReplicaJournal } from '../src/index.ts'
import type { JournalStream } from '../src/shared/stream.ts'
import { freePorts, NatsServer } from '../src/testing/index.ts'
import { type Fate, lossy } from './support/lossy-stream.ts'
import { Disk, lead, openReplica } from './support/shared-harness.ts'

let server: NatsServer
let directory: string
const cuts: (() => Promise<void>)[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-nats-'))
  const [port] = await freePorts(1)
  server = await NatsServer.start({ directory, port: port! })
})
afterEach(async () => {
  await Promise.all(cuts.splice(0).map((cut) => cut()))
})
afterAll(async () => {
  await server?.stop()
  await rm(directory, { recursive: true })
})

const never = new AbortController().signal
const newRollup = (): string => randomUUID().slice(0, 8)

async function opened(
  rollup: string,
  name: string,
  disk = new Disk(),
  through?: (stream: JournalStream) => JournalStream,
): Promise<Replica> {
  const { replica, cut } = await openReplica(server.address, rollup, name, disk, through)
  cuts.push(cut)
  return replica
}

async function raw(rollup: string): Promise<JournalStream> {
  const stream = await connectNats({ servers: [server.address], rollup, replicas: 1 })
  cuts.push(() => stream.close())
  return stream
}

const record = (text: string): Uint8Array => new TextEncoder().encode(text)

async function texts(journal: Journal): Promise<string[]> {
  const found: string[] = []
  for await (const { record: bytes } of journal.read(0n)) found.push(new TextDecoder().decode(bytes))
  return found
}

/** What a replica without any history makes of the stream. */
async function readAnew(rollup: string): Promise<string[]> {
  return texts((await opened(rollup, 'reader')).copy.local)
}

const code = (error: unknown): unknown => (error as { fault?: { code: string } }).fault?.code

test('takeover › what was answered for is there, and the one before is displaced at its next append', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  await one.append([record('a')])
  await one.append([record('b'), record('c')])
  const two = await lead(await opened(rollup, 'two'))
  expect(await texts(two)).toEqual(['a', 'b', 'c'])
  await expect(one.append([record('lost')])).rejects.toMatchObject({
    fault: { code: 'JOURNAL_DISPLACED', term: 2n, leader: 'two' },
  })
  expect(code(await one.ended)).toBe('JOURNAL_DISPLACED')
  await two.append([record('d')])
  expect(await readAnew(rollup)).toEqual(['a', 'b', 'c', 'd'])
})

test('takeover › behind what was read displaces nobody who wrote meanwhile, and survives lost answers', async () => {
  const rollup = newRollup()
  const one = (await (await opened(rollup, 'one')).takeOver(never, { heartbeatMs: 600_000 }))!
  const fates: Fate[] = ['answer-lost', 'request-lost', 'doubled']
  const two = await opened(rollup, 'two', new Disk(), (stream) => lossy(stream, () => fates.shift() ?? 'whole'))
  await one.append([record('a')])
  expect(await two.takeOver(never, undefined, 'behind-read')).toBeUndefined()
  await one.append([record('b')])
  await two.catchUp(never)
  const leader = await two.takeOver(never, undefined, 'behind-read')
  await leader!.append([record('c')])
  expect(fates).toEqual([])
  expect(await readAnew(rollup)).toEqual(['a', 'b', 'c'])
})

test('takeover › a replica that leads already begins a term after its own', async () => {
  const rollup = newRollup()
  const replica = await opened(rollup, 'one')
  const leaders: Journal[] = []
  for (let term = 0; term < 8; term += 1) {
    const leader = (await replica.takeOver(never, { heartbeatMs: 1 }))!
    expect(await leader.append([record(`${term}`)])).toBe(BigInt(term))
    leaders.push(leader)
  }
  expect(await readAnew(rollup)).toEqual(leaders.map((_, term) => `${term}`))
  await expect(leaders[0]!.append([record('late')])).rejects.toMatchObject({ fault: { code: 'JOURNAL_CLOSED' } })
})

test('takeover › an idle leader learns of it by its heartbeat', async () => {
  const rollup = newRollup()
  const replica = await opened(rollup, 'one')
  const one = await replica.takeOver(new AbortController().signal, { heartbeatMs: 20 })
  await lead(await opened(rollup, 'two'))
  expect(code(await one!.ended)).toBe('JOURNAL_DISPLACED')
})

test('takeover › of two at once one leads', async () => {
  const rollup = newRollup()
  const replicas = await Promise.all(['one', 'two', 'three'].map((name) => opened(rollup, name)))
  const signal = new AbortController().signal
  const journals = await Promise.all(replicas.map((replica) => replica.takeOver(signal)))
  expect(journals.filter((journal) => journal !== undefined)).toHaveLength(1)
})

test('takeover › of two with one name the one that was displaced says so, and does not come back for it', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  await lead(await opened(rollup, 'one'))
  await expect(one.append([record('a')])).rejects.toMatchObject({
    fault: { code: 'JOURNAL_NAME_TAKEN', replica: 'one', term: 2n },
  })
})

test('takeover › who has not taken everything that was read does not take over', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  await one.append([record('a')])
  await one.append([record('b')])
  const two = new ReplicaJournal(await opened(rollup, 'two'), systemClock, { takeoverAfterMs: 50 })
  const records = two.untilLeading(0n, never)[Symbol.asyncIterator]()
  await records.next()
  await one.close()
  const stream = await raw(rollup)
  const before = await stream.last()
  await expect(two.append([record('c')])).rejects.toMatchObject({ fault: { code: 'JOURNAL_DISPLACED' } })
  // Another one that is up to date takes over meanwhile.
  const three = new ReplicaJournal(await opened(rollup, 'three'), systemClock, { takeoverAfterMs: 200 })
  for await (const _ of three.untilLeading(2n, never));
  expect(await stream.last()).toBe(before + 1)
  await Promise.all([two.close(), three.close()])
})

test('takeover › one that is closed while it connects leaves no connection', async () => {
  const rollup = newRollup()
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  let open = 0
  let connections = 0
  const replica = await opened(rollup, 'one', new Disk(), (stream) => {
    open += 1
    connections += 1
    const again = connections > 1
    return {
      ...lossy(stream, () => 'request-lost'),
      async first() {
        if (again) asked.resolve()
        if (again) await answer.promise
        return stream.first()
      },
      async close() {
        open -= 1
        await stream.close()
      },
    }
  })
  const journal = new ReplicaJournal(replica, systemClock, { takeoverAfterMs: 50 })
  const leading = journal.untilLeading(0n, never)[Symbol.asyncIterator]().next()
  leading.catch(() => undefined)
  await asked.promise
  const closing = journal.close()
  answer.resolve()
  await closing
  await expect(leading).rejects.toMatchObject({ fault: { code: 'JOURNAL_CLOSED' } })
  expect(open).toBe(0)
})

test('following › ends at once when it is told to before it began', async () => {
  const stream = await raw(newRollup())
  const ending = new AbortController()
  const next = stream.follow(1, ending.signal)[Symbol.asyncIterator]().next()
  ending.abort()
  expect(await next).toMatchObject({ done: true })
})

test('unanswered › whether the request or its answer was lost, each record is there once', async () => {
  const rollup = newRollup()
  const fates: Fate[] = ['answer-lost', 'request-lost', 'answer-lost', 'answer-lost', 'doubled']
  let calls = 0
  const drawn = (): Fate => fates[calls++ % (fates.length + 1)] ?? 'whole'
  const one = await lead(await opened(rollup, 'one', new Disk(), (stream) => lossy(stream, drawn)))
  const said = Array.from({ length: 8 }, (_, index) => `${index}`)
  for (const text of said) await one.append([record(text)])
  expect(calls).toBeGreaterThan(12)
  expect(await texts(one)).toEqual(said)
  expect(await readAnew(rollup)).toEqual(said)
})

test('foreign › what no replica wrote is skipped, and the leader goes on behind it', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  await one.append([record('a')])
  const stream = await raw(rollup)
  await stream.append(record('foreign'))
  await stream.append(new Uint8Array(0))
  await one.append([record('b')])
  expect(await readAnew(rollup)).toEqual(['a', 'b'])
})

test('forked › a replica does not go on when the stream ends before its own copy', async () => {
  const rollup = newRollup()
  const disk = new Disk()
  const one = await lead(await opened(rollup, 'one', disk))
  for (const text of ['a', 'b', 'c']) await one.append([record(text)])
  await one.close()
  await removeStream(rollup)
  await expect(opened(rollup, 'one', disk)).rejects.toMatchObject({ fault: { code: 'JOURNAL_FORKED' } })
})

test('forked › nor when an older copy of the stream grew to the same length', async () => {
  const rollup = newRollup()
  const old = new Disk()
  const one = await lead(await opened(rollup, 'one', old))
  await one.append([record('a')])
  await one.append([record('b')])
  await one.close()
  await removeStream(rollup)
  const two = await lead(await opened(rollup, 'two'))
  for (const text of ['x', 'y', 'z']) await two.append([record(text)])
  await expect(opened(rollup, 'one', old)).rejects.toMatchObject({ fault: { code: 'JOURNAL_FORKED', sequence: 3n } })
})

test('forked › a leader whose connection breaks compares before it appends', async () => {
  const rollup = newRollup()
  const { replica, lose } = await withConnection(rollup)
  const one = await lead(replica)
  await one.append([record('a')])
  await removeStream(rollup)
  const stream = await raw(rollup)
  await stream.append(record('1'))
  await stream.append(record('2'))
  await lose()
  await expect(one.append([record('b')])).rejects.toMatchObject({ fault: { code: 'JOURNAL_FORKED' } })
})

test('forked › a lost local journal beside a kept place is found', async () => {
  const rollup = newRollup()
  const disk = new Disk()
  const one = await lead(await opened(rollup, 'one', disk))
  await one.append([record('a')])
  await one.close()
  await disk.records.clear()
  await expect(opened(rollup, 'one', disk)).rejects.toMatchObject({ fault: { code: 'JOURNAL_FORKED' } })
})

test('forked › a replica does not begin behind messages that are gone, nor asks for them for ever', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  for (const text of ['a', 'b', 'c']) await one.append([record(text)])
  await (await raw(rollup)).purge(3)
  await expect(opened(rollup, 'two')).rejects.toMatchObject({ fault: { code: 'JOURNAL_FORKED', sequence: 1n } })
})

test('kind › records that were never shared are not taken for a stream that lost them', async () => {
  const rollup = newRollup()
  const disk = new Disk()
  const alone = await openJournal({ db: disk.records })
  await alone.append([record('a')])
  await alone.close()
  await expect(opened(rollup, 'one', disk)).rejects.toMatchObject({
    fault: { code: 'JOURNAL_KIND_CHANGED', from: 'local', to: 'jetstream' },
  })
})

test('a lost disk › is read again from the stream', async () => {
  const rollup = newRollup()
  const one = await lead(await opened(rollup, 'one'))
  for (const text of ['a', 'b']) await one.append([record(text)])
  await one.close()
  const again = await lead(await opened(rollup, 'one', new Disk()))
  expect(await texts(again)).toEqual(['a', 'b'])
})

test('standing by › a replica reads along, heartbeats included', async () => {
  const rollup = newRollup()
  const first = await opened(rollup, 'one')
  const one = await first.takeOver(new AbortController().signal, { heartbeatMs: 50 })
  const two = await opened(rollup, 'two')
  const ended = new AbortController()
  const kinds: string[] = []
  const reading = (async () => {
    for await (const { kind } of two.follow(ended.signal)) if (kinds.push(kind) > 6) ended.abort()
  })()
  await one!.append([record('a')])
  await reading
  expect(new Set(kinds)).toEqual(new Set(['records']))
  expect(await texts(two.copy.local)).toEqual(['a'])
})

test('three writers › whatever is lost on the way, nothing answered for is lost, doubled or out of order', async () => {
  const rollup = newRollup()
  const random = numbersOf(7)
  const fate = (): Fate => (['request-lost', 'answer-lost', 'doubled'] as const)[random() % 12] ?? 'whole'
  const answered: { readonly text: string; readonly position: bigint }[] = []
  let count = 0
  const live = async (name: string): Promise<void> => {
    const replica = await opened(rollup, name, new Disk(), (stream) => lossy(stream, fate))
    // How far each comes before another takes over is the machine's: they go on until enough was answered.
    for (let turn = 0; turn < 8 || answered.length <= 24; turn += 1) {
      const journal = await replica.takeOver(new AbortController().signal)
      if (journal === undefined) continue
      try {
        for (let appends = 0; appends < 1 + (random() % 12); appends += 1) {
          count += 1
          const text = `${name} ${count}`
          answered.push({ text, position: await journal.append([record(text)]) })
        }
      } catch (error) {
        if (code(error) !== 'JOURNAL_DISPLACED') throw error
        await journal.ended
      }
    }
  }
  await Promise.all(['one', 'two', 'three'].map(live))
  const found = await readAnew(rollup)
  expect(answered.length).toBeGreaterThan(24)
  for (const { text, position } of answered) expect(found[Number(position)]).toBe(text)
  expect(new Set(found).size).toBe(found.length)
})

test('stream › one that is not kept as it must be is refused', async () => {
  const rollup = newRollup()
  const connection = await connect({ servers: server.address })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: `journal-${rollup}`, subjects: [`journal.${rollup}`], max_msgs: 10 })
  await connection.close()
  await expect(opened(rollup, 'one')).rejects.toMatchObject({
    fault: { code: 'JOURNAL_UNSUITABLE', field: expect.stringMatching(/^stream\./) },
  })
})

async function removeStream(rollup: string): Promise<void> {
  const connection = await connect({ servers: server.address })
  await (await jetstreamManager(connection)).streams.delete(`journal-${rollup}`)
  await connection.close()
}

async function withConnection(rollup: string): Promise<{ replica: Replica; lose: () => Promise<void> }> {
  let newest: JournalStream | undefined
  const replica = await opened(rollup, 'one', new Disk(), (stream) => {
    newest = stream
    return stream
  })
  return { replica, lose: async () => newest?.close() }
}

function numbersOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 8
  }
}
