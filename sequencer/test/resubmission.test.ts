import { openJournal } from '@parley/journal'
import type { TransitionFault } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { encodeRecord } from '../src/chain/journal-records.ts'
import { Intake } from '../src/ingress/intake.ts'
import { createMetrics } from '../src/metrics.ts'
import { settingsOf } from '../src/options.ts'
import { Resubmission } from '../src/pipeline/resubmission.ts'
import { VoidStore } from '../src/store/void-store.ts'
import { body, named, Talk } from './support/world.ts'

const level = () => new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
const refusal: TransitionFault = { code: 'NONCE_MISMATCH', expected: 1n, received: 2n }

/** A record of messages as lanes write them: version, block, then a zero before each. */
function recordOf(talk: Talk, texts: readonly string[]): Uint8Array {
  const entries = texts.map((text) => Buffer.concat([Buffer.from([0]), body([talk.say(text)])]))
  return Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0]), ...entries])
}

async function voided(texts: readonly (readonly string[])[]) {
  const db = level()
  const talk = new Talk(3, 0)
  const journal = await openJournal({ db: level() })
  for (const part of texts)
    await journal.append([encodeRecord({ kind: 'entries', block: 1n, entries: recordOf(talk, part) })])
  const to = await journal.append([
    encodeRecord({ kind: 'lineage', lineage: { block: 0n, root: named('root'), lineage: named('lineage'), from: 0n } }),
  ])
  const voids = await VoidStore.open(db)
  await voids.add({
    lineage: named('lineage'),
    block: 0n,
    from: 0n,
    to,
    ended: { lineage: named('former'), number: 1n, root: named('sealed') },
    offered: { next: 0n, journalEnd: to + 1n, kept: 0n, fallen: 0n, done: false },
  })
  return { db, journal, voids }
}

test('resubmission › counts what the new lineage refuses, tells each, and keeps others out meanwhile', async () => {
  const { db, journal, voids } = await voided([['a', 'b'], ['c']])
  const told: Record<string, unknown>[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => told.push(JSON.parse(line)) })
  const submitted: { readonly messages: Uint8Array; readonly ticket: number }[] = []
  const execution = {
    submitMessages: (messages: Uint8Array, ticket: number) => submitted.push({ messages, ticket }) > 0,
    submitOperation: () => false,
  }
  const arrived = Promise.withResolvers<void>()
  const backpressure = { refusal: () => undefined, took: () => undefined }
  const deps = { execution, journal, clock: systemClock, backpressure, onAnswered: () => undefined }
  const intake: Intake = new Intake(deps, settingsOf({}).load, () => arrived.resolve())
  const metrics = createMetrics(new Registry(), {
    unanswered: () => 0,
    queued: () => 0,
    journalPendingBytes: () => 0,
    lag: async () => undefined,
    dataLag: () => undefined,
  })
  const resubmission = new Resubmission({ journal, voids, intake, clock: systemClock, log, metrics })
  const done = resubmission.run(new AbortController().signal)
  expect(() => intake.submitMessages(body([new Talk(9, 0).say('later')]))).toThrow('removal')
  await arrived.promise
  intake.open(Number.POSITIVE_INFINITY)
  expect(submitted.map(({ messages }) => messages.length)).toEqual([3 * 111])
  const { ticket } = submitted[0] as (typeof submitted)[0]
  intake.answer({
    block: 1n,
    visit(visitor) {
      visitor.accepted(ticket, 0, 0, 0)
      visitor.refused(ticket, 1, refusal)
      visitor.accepted(ticket, 2, 1, 0)
    },
  })
  await done
  expect(resubmission.unfinished).toBe(false)
  const stored = await VoidStore.open(db)
  expect(stored.ranges[0]?.offered).toMatchObject({ kept: 2n, fallen: 1n, done: true })
  expect(await stored.fallen(0, 0n, 10)).toMatchObject([
    { index: 0n, kind: 'message', fault: { code: 'NONCE_MISMATCH', expected: '1', received: '2' } },
  ])
  expect(told.map(({ id, content, fault }) => ({ id, content, fault }))[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    content: Buffer.from(named('b')).toString('hex'),
    fault: { code: 'NONCE_MISMATCH' },
  })
  expect(intake.refusal(1)).toBeUndefined()
})
