import type { EntryOutcome, ExecutedBatch, Outcome } from '@parley/execution'
import { ManualClock } from '@parley/runtime/testing'
import { expect, test } from 'vitest'
import { SequencerError } from '../src/faults.ts'
import { Intake } from '../src/ingress/intake.ts'

const message = 111

/** Lanes that take what they are told to and keep it. */
function lanes() {
  const submitted: { bytes: number; first: number; ticket: number }[] = []
  return {
    submitted,
    full: false,
    submitMessages(messages: Uint8Array, ticket: number) {
      if (this.full) return false
      submitted.push({ bytes: messages.length, first: messages[0] as number, ticket })
      return true
    },
    submitOperation: () => true,
  }
}

function setUp(load: { maxUnanswered?: number; maxJournalBytes?: number } = {}) {
  const execution = lanes()
  const journal = { pendingBytes: 0 }
  const arrivals: number[] = []
  const clock = new ManualClock()
  const taken: number[] = []
  const backpressure = {
    refuseForMs: undefined as number | undefined,
    refusal: () => backpressure.refuseForMs,
    took: (entries: number) => void taken.push(entries),
  }
  const intake = new Intake(
    { execution, journal, clock, backpressure, onAnswered: () => undefined },
    { maxUnanswered: 100, maxJournalBytes: 1_000, maxReads: 1, retryAfterMs: 700, ...load },
    () => arrivals.push(1),
  )
  return { execution, journal, intake, arrivals, backpressure, taken }
}

const accepted = (position: bigint): Outcome => ({ accepted: true, block: 1n, position })

/** What lanes tell, made of values. */
const told = (outcomes: readonly EntryOutcome[]): Pick<ExecutedBatch, 'block' | 'visit'> => ({
  block: 1n,
  visit(visitor) {
    for (const { ticket, entry, outcome } of outcomes)
      if (outcome.accepted) visitor.accepted(ticket, entry, Number(outcome.position), 0)
      else visitor.refused(ticket, entry, outcome.fault)
  },
})
const bytes = (messages: number, tag = 0): Uint8Array => new Uint8Array(messages * message).fill(tag)

test('intake › holds what comes while no block is open, then submits it in order', async () => {
  const { execution, intake, arrivals } = setUp()
  const first = intake.submitMessages(bytes(1, 1))
  const second = intake.submitMessages(bytes(2, 2))
  expect(execution.submitted).toEqual([])
  expect(arrivals.length).toBe(2)
  expect(intake.waiting).toBe(true)
  intake.open(Number.POSITIVE_INFINITY)
  expect(execution.submitted.map(({ first }) => first)).toEqual([1, 2])
  intake.executed(3)
  intake.answer(
    told([
      { ticket: 1, entry: 1, outcome: accepted(8n) },
      { ticket: 0, entry: 0, outcome: accepted(5n) },
      { ticket: 1, entry: 0, outcome: accepted(7n) },
    ]),
  )
  expect((await first).outcomes()).toEqual([accepted(5n)])
  expect((await second).outcomes()).toEqual([accepted(7n), accepted(8n)])
  expect([intake.unanswered, intake.unexecuted]).toEqual([0, 0])
})

test('intake › a request larger than the room is split, and answered as one', async () => {
  const { execution, intake } = setUp()
  intake.open(2)
  const request = intake.submitMessages(bytes(5))
  expect(execution.submitted.map((part) => part.bytes / message)).toEqual([2])
  expect(intake.room).toBe(0)
  intake.hold()
  intake.open(2)
  intake.open(2)
  expect(execution.submitted.map((part) => part.bytes / message)).toEqual([2, 2, 1])
  const [a, b, c] = execution.submitted.map(({ ticket }) => ticket) as [number, number, number]
  intake.answer(
    told([
      { ticket: c, entry: 0, outcome: accepted(4n) },
      { ticket: a, entry: 0, outcome: accepted(0n) },
      { ticket: a, entry: 1, outcome: accepted(1n) },
      { ticket: b, entry: 0, outcome: accepted(2n) },
      { ticket: b, entry: 1, outcome: accepted(3n) },
    ]),
  )
  expect((await request).outcomes()).toEqual([0n, 1n, 2n, 3n, 4n].map(accepted))
})

test.each([
  ['a lane without room', { full: true }, {}, 'lanes'],
  ['too many entries unanswered', {}, { maxUnanswered: 2 }, 'entries'],
  ['too many bytes not durable', { pendingBytes: 1_001 }, {}, 'journal'],
])('intake › %s refuses and takes nothing', (_, state, load, what) => {
  const { execution, journal, intake } = setUp(load)
  intake.open(Number.POSITIVE_INFINITY)
  void intake.submitMessages(bytes(1))
  Object.assign(execution, state)
  Object.assign(journal, state)
  expect(() => intake.submitMessages(bytes(2))).toThrow(
    expect.objectContaining({ fault: { code: 'OVERLOADED', what, retryAfterMs: 700 } }),
  )
  expect(intake.unanswered).toBe(1)
})

test('intake › what a full lane refused of the held goes in when lanes have worked', () => {
  const { execution, intake } = setUp()
  void intake.submitMessages(bytes(1, 1))
  void intake.submitMessages(bytes(1, 2))
  execution.full = true
  intake.open(Number.POSITIVE_INFINITY)
  expect(execution.submitted).toEqual([])
  execution.full = false
  intake.executed(0)
  expect(execution.submitted.map(({ first }) => first)).toEqual([1, 2])
})

test('intake › what comes behind held entries does not overtake them', () => {
  const { execution, intake } = setUp()
  void intake.submitMessages(bytes(1, 1))
  execution.full = true
  intake.open(Number.POSITIVE_INFINITY)
  execution.full = false
  void intake.submitMessages(bytes(1, 2))
  expect(execution.submitted.map(({ first }) => first)).toEqual([1, 2])
})

test('intake › failing answers everything with the fault and takes nothing more', async () => {
  const { intake } = setUp()
  intake.open(1)
  const submitted = intake.submitMessages(bytes(1))
  const held = intake.submitMessages(bytes(1))
  const stopping = new SequencerError({ code: 'STOPPING', retryAfterMs: 1 })
  intake.fail(stopping)
  await expect(submitted).rejects.toBe(stopping)
  await expect(held).rejects.toBe(stopping)
  expect(() => intake.submitMessages(bytes(1))).toThrow(stopping)
  intake.answer(told([{ ticket: 0, entry: 0, outcome: accepted(0n) }]))
  expect(intake.unanswered).toBe(0)
})

test('intake › held entries that lanes cannot take at all fail their request alone', async () => {
  const { execution, intake } = setUp()
  const impossible = intake.submitMessages(bytes(2, 1))
  const good = intake.submitMessages(bytes(1, 2))
  const take = execution.submitMessages.bind(execution)
  execution.submitMessages = (messages, ticket) => {
    if (messages[0] === 1) throw new RangeError('too many')
    return take(messages, ticket)
  }
  intake.open(Number.POSITIVE_INFINITY)
  await expect(impossible).rejects.toThrow('too many')
  expect(execution.submitted.map(({ first }) => first)).toEqual([2])
  intake.answer(told([{ ticket: 0, entry: 0, outcome: accepted(0n) }]))
  expect((await good).outcomes()).toEqual([accepted(0n)])
  expect(intake.unanswered).toBe(0)
})

test('intake › entries that lanes cannot take at all are not counted', () => {
  const { execution, intake } = setUp()
  intake.open(Number.POSITIVE_INFINITY)
  execution.submitMessages = () => {
    throw new RangeError('too many')
  }
  expect(() => intake.submitMessages(bytes(2))).toThrow('too many')
  expect([intake.unanswered, intake.unexecuted]).toEqual([0, 0])
})

test('intake › a split request that lanes cannot take at all is forgotten as a whole', async () => {
  const { execution, intake } = setUp()
  const impossible = intake.submitMessages(bytes(5))
  execution.submitMessages = () => {
    throw new RangeError('too many')
  }
  intake.open(2)
  await expect(impossible).rejects.toThrow('too many')
  expect(intake.unanswered).toBe(0)
  expect(intake.waiting).toBe(false)
})

test('intake › takes nothing while more is sealed than published, but what a removal voided, and says when to come again', async () => {
  const { intake, backpressure, taken } = setUp()
  backpressure.refuseForMs = 4_321
  let fault: unknown
  await intake.submitOperation({} as never).catch((error: SequencerError) => {
    fault = error.fault
  })
  expect(fault).toEqual({ code: 'OVERLOADED', what: 'publishing', retryAfterMs: 4_321 })
  expect(taken).toEqual([])
  void intake.offerAgain({ messages: bytes(2) })
  expect(taken).toEqual([2])
  backpressure.refuseForMs = undefined
  void intake.submitMessages(bytes(3))
  expect(taken).toEqual([2, 3])
})
