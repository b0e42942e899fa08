import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats } from '../src/index.ts'
import type { JournalStream } from '../src/shared/stream.ts'
import { freePorts, NatsServer } from '../src/testing/index.ts'
import { type Fate, lossy } from './support/lossy-stream.ts'
import { Disk, lead, openReplica } from './support/shared-harness.ts'

async function newServer(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-nats-'))
  const [port] = await freePorts(1)
  const server = await NatsServer.start({ directory, port: port! })
  onTestFinished(async () => {
    await server.stop()
    await rm(directory, { recursive: true })
  })
  return server.address
}

/** What `/metrics` serves, by the name's end. */
async function told(registry: Registry, ...names: string[]): Promise<(number | undefined)[]> {
  const lines = (await registry.metrics()).split('\n')
  return names.map((name) => {
    const start = `parley_journal_${name} `
    const line = lines.find((one) => one.startsWith(start))
    return line === undefined ? undefined : Number(line.slice(start.length))
  })
}

test('metrics › who leads, in which term, how far it is and what was not answered', async () => {
  const address = await newServer()
  const [ofOne, ofTwo] = [new Registry(), new Registry()]
  const fates: Fate[] = ['whole', 'answer-lost']
  const through = (stream: JournalStream): JournalStream => lossy(stream, () => fates.shift() ?? 'whole')
  const one = await openReplica(address, 'told', 'one', new Disk(), through, ofOne)
  const two = await openReplica(address, 'told', 'two', new Disk(), undefined, ofTwo)
  onTestFinished(async () => void (await Promise.all([one.cut(), two.cut()])))

  const leader = (await one.replica.takeOver(new AbortController().signal, { heartbeatMs: 100_000 }))!
  await leader.append([new Uint8Array([1]), new Uint8Array([2])])
  expect(await told(ofOne, 'leads', 'term', 'sequence', 'records', 'skipped')).toEqual([1, 1, 2, 2, 0])
  expect(await told(ofOne, 'unanswered_total', 'connections_total', 'append_seconds_count')).toEqual([1, 1, 1])
  expect(await told(ofTwo, 'leads', 'term', 'records')).toEqual([0, 0, 0])

  const foreign = await connectNats({ servers: [address], rollup: 'told', replicas: 1 })
  await foreign.append(new Uint8Array([9]))
  await foreign.close()
  await two.replica.catchUp(new AbortController().signal)
  const next = await lead(two.replica)
  await expect(leader.append([new Uint8Array([3])])).rejects.toMatchObject({ fault: { code: 'JOURNAL_DISPLACED' } })
  expect(await told(ofOne, 'leads', 'term', 'skipped')).toEqual([0, 2, 1])
  expect(await told(ofTwo, 'leads', 'term', 'records', 'skipped')).toEqual([1, 2, 2, 1])
  await next.close()
  expect(await told(ofTwo, 'leads')).toEqual([0])
})
