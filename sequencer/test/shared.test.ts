import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectNats, openJournal, Replica, ReplicaJournal } from '@parley/journal'
import { freePorts, NatsServer } from '@parley/journal/testing'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { FakeL2 } from './support/fake-l2.ts'
import {
  blockAt,
  type Disk,
  endAll,
  eventually,
  getJson,
  type Harness,
  newDisk,
  postMessages,
  postOperation,
  signer,
  startSequencer,
} from './support/harness.ts'
import { config, deposit, named, Talk } from './support/world.ts'

let server: NatsServer
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-nats-'))
  const [port] = await freePorts(1)
  server = await NatsServer.start({ directory, port: port! })
})
afterEach(endAll)
afterAll(async () => {
  await server?.stop()
  await rm(directory, { recursive: true })
})

const quick = { sealing: { minAgeMs: 0, minOperations: 1 }, alone: false }

/** Milliseconds of silence that no test waits for. */
const never = 3_600_000

/** One host: a disk, a network that can be cut, and a sequencer over the journal that all share. */
class Host {
  readonly disk: Disk = newDisk()
  readonly #name: string
  readonly #rollup: string
  readonly #places = newDisk().store
  #reaches = true
  #journal: ReplicaJournal | undefined
  #cut: (() => Promise<void>)[] = []

  constructor(rollup: string, name: string) {
    this.#rollup = rollup
    this.#name = name
  }

  /** Resolves once it leads. */
  async start(l2: FakeL2, { takeoverAfterMs = 400, closeMs = 100 } = {}): Promise<Harness> {
    const connect = async () => {
      const connected = await connectNats({ servers: [server.address], rollup: this.#rollup, replicas: 1 })
      this.#cut.push(() => connected.close())
      if (!this.#reaches) await connected.close()
      return connected
    }
    const local = await openJournal({ db: this.disk.journal })
    const deps = { connect, clock: systemClock, log: pino({ level: 'silent' }), local, places: this.#places }
    const replica = await Replica.open(deps, { name: this.#name }, new AbortController().signal)
    const journal = new ReplicaJournal(replica, systemClock, { takeoverAfterMs, heartbeatMs: 100, closeMs })
    onTestFinished(() => journal.close())
    this.#journal = journal
    return startSequencer({ ...quick, l2, disk: this.disk, journal })
  }

  async stop(harness: Harness): Promise<void> {
    await harness.end()
    await this.#journal?.close()
  }

  /** Ends what a start that failed left. */
  async endLife(): Promise<void> {
    await this.#journal?.close()
  }

  async cutOff(): Promise<void> {
    this.#reaches = false
    await Promise.all(this.#cut.splice(0).map((cut) => cut()))
  }

  reachAgain(): void {
    this.#reaches = true
  }
}

async function talking(url: string, l2: FakeL2): Promise<Talk> {
  l2.enqueue(deposit(3))
  const talk = new Talk(3, 0)
  await eventually('deposit', async () => (await fetch(`${url}/v1/accounts/3/0`)).ok || undefined)
  expect(await postOperation(url, talk.create)).toMatchObject({ refusal: 0 })
  return talk
}

const hosts = (): [Host, Host] => {
  const rollup = randomUUID().slice(0, 8)
  return [new Host(rollup, 'one'), new Host(rollup, 'two')]
}

test('shared journal › another sequencer goes on with all that was accepted, and makes the same headers', async () => {
  const [one, two] = hosts()
  const l2 = new FakeL2(config, signer.address)
  const first = await one.start(l2)
  const taking = two.start(l2)
  const talk = await talking(first.url, l2)
  for (let round = 0; round < 20; round += 1)
    expect(await postMessages(first.url, [talk.say(`${round}`)])).toMatchObject([{ refusal: 0, value: BigInt(round) }])
  const head = await eventually('a block', () => blockAt(first.url, 'latest'))
  await one.cutOff()

  const second = await taking
  expect(await getJson(second.url, '/v1/conversations/3/0')).toMatchObject({ conversation: { messageCount: '20' } })
  for (let number = 1n; number <= head.block.header.number; number += 1n)
    expect(await blockAt(second.url, number)).toEqual(await blockAt(first.url, number))
  expect(await postMessages(second.url, [talk.say('after')])).toMatchObject([{ refusal: 0, value: 20n }])

  one.reachAgain()
  await expect(first.sequencer.failed).rejects.toMatchObject({ fault: { code: 'JOURNAL_DISPLACED', leader: 'two' } })
})

test('shared journal › who stops is followed at once, stands by, and may lead again', async () => {
  const [one, two] = hosts()
  const l2 = new FakeL2(config, signer.address)
  const first = await one.start(l2, { closeMs: never })
  const talk = await talking(first.url, l2)
  await postMessages(first.url, [talk.say('a')])
  const taking = two.start(l2, { takeoverAfterMs: never })
  await one.stop(first)
  const second = await taking
  await postMessages(second.url, [talk.say('b')])
  const again = one.start(l2)
  await postMessages(second.url, [talk.say('c')])
  await two.cutOff()
  const { url } = await again
  expect(await getJson(url, '/v1/conversations/3/0')).toMatchObject({ conversation: { messageCount: '3' } })
  expect(await postMessages(url, [talk.say('d')])).toMatchObject([{ refusal: 0, value: 3n }])
})

/** Starts it anew while what ends it is that claims were removed, as a process does: a few times at most. */
async function startGoingBack(host: Host, l2: FakeL2): Promise<Harness> {
  for (let lives = 1; ; lives += 1)
    try {
      return await host.start(l2)
    } catch (error) {
      if ((error as { fault?: { code?: string } }).fault?.code !== 'LINEAGE_CHANGED' || lives === 3) throw error
      await host.endLife()
    }
}

test('shared journal › who leads acts on a removal, and who stands by goes back with it', async () => {
  const [one, two] = hosts()
  const l2 = new FakeL2(config, signer.address)
  const first = await one.start(l2)
  const talk = await talking(first.url, l2)
  const said = await postMessages(first.url, [talk.say('a')])
  const claimed = await eventually('block', () => blockAt(first.url, said[0]!.block))
  l2.claim(claimed.block.header)
  await postMessages(first.url, [talk.say('b')])
  const lineage = named('lineage')
  l2.removal(lineage, 1n)
  await expect(first.sequencer.failed).rejects.toMatchObject({ fault: { code: 'LINEAGE_CHANGED' } })
  await one.stop(first)

  const again = await startGoingBack(one, l2)
  const taking = startGoingBack(two, l2)
  const next = await eventually('block', () => blockAt(again.url, claimed.block.header.number + 1n))
  expect(next.block.header.lineage).toEqual(lineage)
  expect(await postMessages(again.url, [talk.say('c')])).toMatchObject([{ refusal: 0, value: 2n }])
  await one.cutOff()
  const { url } = await taking
  expect(await getJson(url, '/v1/conversations/3/0')).toMatchObject({ conversation: { messageCount: '3' } })
  expect(await blockAt(url, claimed.block.header.number + 1n)).toEqual(next)
})
