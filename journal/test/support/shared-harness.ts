import { randomUUID } from 'node:crypto'
import type { Journal } from '@parley/protocol'
import type { JournalHarness } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { keyOf } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { connectNats, openJournal, Replica, type SharedJournal } from '../../src/index.ts'
import type { JournalStream } from '../../src/shared/stream.ts'

type Level = MemoryLevel<Uint8Array, Uint8Array>

const level = (): Level => new MemoryLevel({ keyEncoding: 'view', valueEncoding: 'view' })
const never = new AbortController().signal

/** One replica's disk: a local journal and a place. */
export class Disk {
  readonly records = level()
  readonly places = level()

  /** As it is now, whatever is written to this one later. */
  async copy(): Promise<Disk> {
    const disk = new Disk()
    for (const [from, to] of [
      [this.records, disk.records],
      [this.places, disk.places],
    ] as const)
      for await (const [key, value] of from.iterator()) await to.put(key, value)
    return disk
  }
}

export interface Opened {
  readonly replica: Replica
  /** Cuts its connection, as the end of its process does. */
  cut(): Promise<void>
}

/** Opens a replica over a disk. @param through - stands between it and its connections */
export async function openReplica(
  address: string,
  rollup: string,
  name: string,
  disk: Disk,
  through: (stream: JournalStream) => JournalStream = (stream) => stream,
  registry = new Registry(),
): Promise<Opened> {
  const connections = new Set<JournalStream>()
  let isCut = false
  const connect = async (): Promise<JournalStream> => {
    if (isCut) throw new Error('the process is gone')
    const stream = await connectNats({ servers: [address], rollup, replicas: 1 })
    connections.add(stream)
    return through(stream)
  }
  const local = await openJournal({ db: disk.records })
  const deps = { connect, clock: systemClock, log: pino({ level: 'silent' }), local, places: disk.places, registry }
  const replica = await Replica.open(deps, { name, agreeWithinMs: 300 }, never)
  return {
    replica,
    async cut() {
      isCut = true
      await Promise.all([...connections].map((stream) => stream.close()))
    },
  }
}

/** Takes over; fails when another replica was first. */
export async function lead(replica: Replica): Promise<SharedJournal> {
  const journal = await replica.takeOver(never)
  if (journal === undefined) throw new Error('another replica was first')
  return journal
}

/** For the suite of journals: one replica that leads. */
export class SharedHarness implements JournalHarness {
  readonly #address: string
  readonly #rollup = randomUUID().slice(0, 8)
  readonly #disk = new Disk()
  #opened: Opened | undefined

  constructor(address: string) {
    this.#address = address
  }

  async open(): Promise<Journal> {
    await this.#opened?.cut()
    this.#opened = await openReplica(this.#address, this.#rollup, 'one', this.#disk)
    return lead(this.#opened.replica)
  }

  async abandon(): Promise<void> {
    await this.#opened?.cut()
  }

  async corrupt(position: bigint): Promise<void> {
    const key = keyOf('r', position)
    const value = Uint8Array.from((await this.#disk.records.get(key)) as Uint8Array)
    value[value.length - 1] = (value.at(-1) as number) ^ 1
    await this.#disk.records.put(key, value)
  }

  async remove(position: bigint): Promise<void> {
    await this.#disk.records.del(keyOf('r', position))
  }

  async dispose(): Promise<void> {
    await this.#opened?.cut()
  }
}
