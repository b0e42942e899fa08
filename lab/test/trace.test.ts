import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { LabError, type LabFault } from '../src/faults.ts'
import { checkTrace } from '../src/load/check-trace.ts'
import { lookAhead } from '../src/load/lookahead.ts'
import { deriveFrom, randomStream } from '../src/load/seeded.ts'
import { syntheticTrace } from '../src/load/synthetic.ts'
import { readTrace } from '../src/load/trace-file.ts'
import { maxLineBytes, type TraceLine } from '../src/load/trace-line.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-trace-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

function fileOf(content: string | Uint8Array): string {
  const path = join(directory, 'trace')
  writeFileSync(path, content)
  return path
}

async function faultOf(content: string | Uint8Array): Promise<LabFault> {
  try {
    for await (const _ of readTrace(fileOf(content)));
  } catch (error) {
    if (error instanceof LabError) return error.fault
    throw error
  }
  throw new Error('nothing was refused')
}

const line = (speaker: number, conversation = 1): TraceLine => ({ conversation, speaker, minute: 0.5, text: 'ü\n' })
const lines = [line(0), line(1), line(0)]
const text = lines.map((each) => JSON.stringify(each)).join('\n')

describe('trace › reads lines', () => {
  it.each([
    ['plain', `${text}\n`],
    ['without a last newline', text],
    ['gzip', gzipSync(text)],
  ])('%s', async (_, content) => {
    expect(await collect(readTrace(fileOf(content)))).toEqual(lines)
  })

  it('that are longer than the file is read at once', async () => {
    const long = Array.from({ length: 40 }, () => ({ ...line(0), text: 'x'.repeat(9_000) }))
    const read = await collect(readTrace(fileOf(long.map((each) => JSON.stringify(each)).join('\n'))))
    expect(read).toEqual(long)
  })
})

describe('trace › names line and field of what it refuses', () => {
  const good = JSON.stringify(line(0))
  it.each([
    ['line', 'nonsense'],
    ['line', ''],
    ['line', '[]'],
    ['line', 'null'],
    ['when', JSON.stringify({ ...line(0), when: 1 })],
    ['conversation', JSON.stringify({ ...line(0), conversation: -1 })],
    ['conversation', JSON.stringify({ ...line(0), conversation: 2 ** 53 })],
    ['conversation', JSON.stringify({ ...line(0), conversation: '1' })],
    ['speaker', JSON.stringify({ ...line(0), speaker: 4096 })],
    ['speaker', JSON.stringify({ ...line(0), speaker: 0.5 })],
    ['minute', JSON.stringify({ ...line(0), minute: -1 })],
    ['minute', '{"conversation":1,"speaker":0,"minute":1e999,"text":""}'],
    ['text', JSON.stringify({ conversation: 1, speaker: 0, minute: 0 })],
    ['text', JSON.stringify({ ...line(0), text: 'x'.repeat(64 * 1024 + 1) })],
    ['line', JSON.stringify({ ...line(0), text: 'x'.repeat(2 * maxLineBytes) })],
  ])('%s', async (field, bad) => {
    expect(await faultOf(`${good}\n${bad}\n${good}\n`)).toMatchObject({ code: 'TRACE_LINE_INVALID', line: 2, field })
  })
})

test('trace › a damaged or missing file is refused as such', async () => {
  const path = fileOf(gzipSync(text).subarray(0, 40))
  expect(await faultOf(gzipSync(text).subarray(0, 40))).toMatchObject({ code: 'TRACE_UNREADABLE', path })
  await expect(readTrace(join(directory, 'missing')).next()).rejects.toMatchObject({
    fault: { code: 'TRACE_UNREADABLE' },
  })
})

test('lookahead › tells who speaks within the window, and nothing beyond it', async () => {
  const spoken = [line(0), line(0, 2), line(1), line(1), line(2)]
  const seen = await collect(lookAhead(spoken, 3))
  expect(seen.map(({ line }) => line)).toEqual(spoken)
  expect(seen.map(({ speakers }) => [...speakers])).toEqual([
    [
      [0, 1],
      [1, 1],
    ],
    [[0, 1]],
    [
      [1, 2],
      [2, 1],
    ],
    [
      [1, 1],
      [2, 1],
    ],
    [[2, 1]],
  ])
})

describe('synthetic trace', () => {
  const options = { concurrent: 40, messagesPerMinute: 600 }
  const taken = (seed: string, count: number): TraceLine[] =>
    syntheticTrace(deriveFrom(seed), options).take(count).toArray()

  it('follows from the seed alone', () => {
    expect(taken('1', 500)).toEqual(taken('1', 500))
    expect(taken('1', 500)).not.toEqual(taken('2', 500))
  })

  it('has the lengths, speakers and sizes of the real one', () => {
    const sample = taken('1', 40_000)
    const byConversation = Map.groupBy(sample, ({ conversation }) => conversation)
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const talks = [...byConversation.values()]
    expect(mean(talks.map((talk) => talk.length))).toBeGreaterThan(5.5)
    expect(mean(talks.map((talk) => talk.length))).toBeLessThan(7.7)
    const speakers = mean(talks.map((talk) => new Set(talk.map(({ speaker }) => speaker)).size))
    expect(speakers).toBeGreaterThan(1.75)
    expect(speakers).toBeLessThan(2.35)
    const bytes = mean(sample.map((each) => Buffer.byteLength(each.text)))
    expect(bytes).toBeGreaterThan(53)
    expect(bytes).toBeLessThan(63)
    expect(talks.filter((talk) => talk.length === 1).length / talks.length).toBeCloseTo(0.376, 1)
  })
})

test('random stream › is uniform enough to be believed', () => {
  const random = randomStream(deriveFrom('1'), 'test')
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 20_000; i++) {
    const place = random.below(10)
    counts[place] = (counts[place] as number) + 1
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
})

describe('checkTrace', () => {
  const never = new AbortController().signal
  const line = '{"conversation":1,"speaker":1,"minute":0,"text":"x"}\n'
  const checked = async (content: string | Buffer, messages?: number): Promise<void> => {
    const path = join(directory, 'checked.jsonl')
    writeFileSync(path, content)
    await checkTrace(path, messages, never)
  }

  it('takes what can be played', async () => {
    await checked(line)
    await checked(`${line}{`, 1)
  })

  it.each([
    ['an empty trace', '', 'TRACE_UNREADABLE'],
    ['a bad line', `${line}{`, 'TRACE_LINE_INVALID'],
    ['a truncated archive', gzipSync(line.repeat(1_000)).subarray(0, 40), 'TRACE_UNREADABLE'],
  ])('refuses %s', async (_, content, code) => {
    await expect(checked(content)).rejects.toMatchObject({ fault: { code } })
  })

  it('refuses a file that is not there', async () => {
    await expect(checkTrace('/nonexistent.gz', undefined, never)).rejects.toMatchObject({
      fault: { code: 'TRACE_UNREADABLE' },
    })
  })
})
