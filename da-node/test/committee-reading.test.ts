import { createHash } from 'node:crypto'
import { DaError, type DataAvailability } from '@parley/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { committeeStage } from './support/committee.ts'
import { witnessOf } from './support/fake-committee.ts'
import { scratch } from './support/scratch.ts'

const signal = () => AbortSignal.timeout(100_000)
const bytes = witnessOf(40, 7)

/** A part that all four members have, published by all of them. */
async function stage() {
  const made = await committeeStage(await scratch(), { k: 4 })
  onTestFinished(() => made.close())
  const da = await made.open()
  const { pointer } = await da.submit(bytes, {}, signal())
  await da.close()
  const reader = await made.openReader()
  onTestFinished(() => reader.close())
  const answers = () => made.registry.getSingleMetricAsString('parley_da_source_answers_total')
  return { ...made, pointer, reader, answers }
}

async function codeOf(da: DataAvailability, pointer: Uint8Array): Promise<string> {
  const outcome = await da.retrieve(pointer, signal()).then(
    (read) => createHash('sha256').update(read).digest('hex'),
    (error: unknown) => (error instanceof DaError ? error.fault.code : String(error)),
  )
  return outcome === createHash('sha256').update(bytes).digest('hex') ? 'the bytes' : outcome
}

test('wrong bytes from one member › counted against it, and the next is asked', async () => {
  const { proxies, reader, pointer, lines, answers } = await stage()
  proxies[0]!.meddle(() => ({
    change: (real) => ({ ...real, body: real.body.map((byte, i) => (i === 9 ? byte ^ 1 : byte)) }),
  }))
  expect(await reader.retrieve(pointer, signal())).toEqual(bytes)
  expect(await answers()).toMatch(new RegExp(`source="${proxies[0]!.url}",answer="corrupt"} 1`))
  expect(await answers()).toMatch(new RegExp(`source="${proxies[1]!.url}",answer="served"} 1`))
  expect(lines.filter((line) => line.includes('serves something else than it signed for'))).toHaveLength(1)
  // Who lied is asked last.
  const asked = proxies[0]!.requests.length
  expect(await reader.retrieve(pointer, signal())).toEqual(bytes)
  expect(proxies[0]!.requests).toHaveLength(asked)
})

test('a member that hangs › another one is asked beside it, two at once at most', async () => {
  const { proxies, openReader, pointer } = await stage()
  const reader = await openReader({ readTimeoutMs: 1_000 })
  onTestFinished(() => reader.close())
  proxies[0]!.meddle(() => 'hold')
  expect(await reader.retrieve(pointer, signal())).toEqual(bytes)
  const asked = proxies.map(({ requests }) => requests.some(({ path }) => path.startsWith('/v1/parts/')))
  expect(asked).toEqual([true, true, false, false])
})

test('nothing is missing while one does not answer; pruned where one had it; missing where all say so', async () => {
  const { proxies, openReader, pointer } = await stage()
  const says = (status: number) => ({ swallow: { status, headers: {}, body: new Uint8Array(0) } })
  const codes = async (...statuses: number[]) => {
    for (const [i, status] of statuses.entries()) proxies[i]!.meddle(() => says(status))
    const reader = await openReader()
    const code = await codeOf(reader, pointer)
    await reader.close()
    return code
  }
  expect(await codes(404, 404, 404, 404)).toBe('DA_MISSING')
  expect(await codes(404, 410, 404, 404)).toBe('DA_PRUNED')
  expect(await codes(404, 410, 500, 404)).toBe('DA_UNAVAILABLE')
  proxies[3]!.heal()
  expect(await codes(404, 410, 500)).toBe('the bytes')
})

test('committee › reader needs no epoch › an L2 that is silent, or knows of none, keeps nobody from reading', async () => {
  const { chain, proxies, openReader, pointer } = await stage()
  const remembering = await openReader()
  onTestFinished(() => remembering.close())
  expect(await codeOf(remembering, pointer)).toBe('the bytes')
  chain.epochs.clear()
  chain.silent = true
  expect(await codeOf(remembering, pointer)).toBe('the bytes')
  const told = await openReader({ urls: [proxies[2]!.url] })
  onTestFinished(() => told.close())
  expect(await codeOf(told, pointer)).toBe('the bytes')
  chain.silent = false
  expect(await codeOf(told, pointer)).toBe('the bytes')
  const knowingNobody = await openReader()
  onTestFinished(() => knowingNobody.close())
  expect(await codeOf(knowingNobody, pointer)).toBe('DA_UNAVAILABLE')
})

test('every single-bit change of a pointer › is POINTER_INVALID, MISSING or CORRUPT, or the same bytes; never other bytes', async () => {
  const { reader, pointer } = await stage()
  // A pointer of no known epoch is asked for of whoever was a member in another.
  expect(await codeOf(reader, pointer)).toBe('the bytes')
  const seen = new Set<string>()
  // Signatures are the most of it, and no reader looks at them: a bit of each byte is enough.
  const signatures = pointer.length - 4 * 64
  for (let bit = 0; bit < 8 * pointer.length; bit += bit < 8 * signatures ? 1 : 8) {
    const changed = pointer.slice()
    changed[bit >> 3]! ^= 1 << (bit & 7)
    seen.add(await codeOf(reader, changed))
  }
  // What does not name the part, a signature for one, leads to it all the same.
  expect([...seen].toSorted()).toEqual(['DA_CORRUPT', 'DA_MISSING', 'DA_POINTER_INVALID', 'the bytes'])
})
