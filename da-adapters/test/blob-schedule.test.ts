import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { followSchedule } from '../src/ethereum-blobs/blob-schedule.ts'
import { type BlobSchedule, createL1 } from '../src/ethereum-blobs/l1.ts'
import { unavailable } from '../src/fault.ts'
import { startProxy } from '../src/testing/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { until } from './support/until.ts'

const { signal } = new AbortController()
const hour = 3_600_000

let anvil: Anvil
beforeAll(async () => {
  anvil = await startAnvil()
})
afterAll(() => anvil.stop())

test('schedule › of a real node is read, and of one that does not know the question undefined', async () => {
  const l1 = createL1({ url: anvil.url, timeoutMs: 10_000 })
  expect(await l1.blobSchedule(signal)).toEqual({ max: 9, next: undefined })
  const proxy = await startProxy(() => anvil.url)
  try {
    const answers: [answer: object, expected: BlobSchedule | undefined][] = [
      [{ error: { code: -32_601, message: 'Method not found' } }, undefined],
      [{ result: null }, undefined],
      [{ result: { current: { blobSchedule: { max: '9' } } } }, undefined],
      [
        {
          result: {
            current: { blobSchedule: { max: 21 } },
            next: { activationTime: 1_800_000_000, blobSchedule: { max: 4 } },
          },
        },
        { max: 21, next: { max: 4, activationTime: 1_800_000_000 } },
      ],
    ]
    for (const [answer, expected] of answers) {
      const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, ...answer }))
      // The id of the request is viem's own: it counts from 0 in each process.
      proxy.meddle(({ body: asked }) => {
        const { id } = JSON.parse(asked.toString()) as { id: number }
        const answered = Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), id }))
        return { swallow: { status: 200, type: 'application/json', body: answered } }
      })
      expect(await createL1({ url: proxy.url, timeoutMs: 10_000 }).blobSchedule(signal)).toEqual(expected)
    }
  } finally {
    await proxy.close()
  }
})

test('schedule › is looked at every hour; fewer blobs lower the limit, and a fork that will is told of once', async () => {
  const clock = new ManualClock()
  const lines: Record<string, unknown>[] = []
  const stopping = new AbortController()
  let schedule: BlobSchedule | undefined | Error = { max: 9, next: { max: 4, activationTime: 1_800_000_000 } }
  let looks = 0
  const allowed: number[] = []
  const l1 = {
    async blobSchedule() {
      looks += 1
      if (schedule instanceof Error) throw schedule
      return schedule
    },
  }
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  const following = followSchedule({ l1, clock, log }, 6, (blobs) => void allowed.push(blobs), stopping.signal)
  const next = async (told: typeof schedule): Promise<void> => {
    await until('it waits', async () => clock.waits.includes(hour))
    schedule = told
    const before = looks
    clock.advance(hour)
    await until('it has looked', async () => looks > before && clock.waits.includes(hour))
  }
  await next({ max: 9, next: { max: 4, activationTime: 1_800_000_000 } })
  await next({ max: 4, next: undefined })
  await next(unavailable('ethereum-blobs', 'away'))
  await next(undefined)
  expect(looks).toBe(5)
  expect(allowed).toEqual([6, 6, 4, 6])
  expect(lines.map(({ level, blobs }) => [level, blobs])).toEqual([
    [40, 4],
    [40, 4],
    [40, 6],
  ])
  expect(lines[0]).toMatchObject({ from: '2027-01-15T08:00:00.000Z', maxBlobs: 6 })
  stopping.abort()
  await following
})
