import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKzg, type Kzg } from '../src/index.ts'
import { trickle, writeEndlessly } from './support/bad-answers.ts'
import {
  type BeaconStage,
  beaconWith,
  blobs,
  data,
  errorOf,
  hashesOf,
  jsonOf,
  onBeaconStage,
  type Replies,
  type Reply,
  root,
  type StageOptions,
  serving,
  stranger,
} from './support/beacon-stage.ts'
import { faultOf } from './support/faults.ts'
import { rememberingKzg } from './support/remembering-kzg.ts'
import { silentLog } from './support/silent-log.ts'

const patience = () => AbortSignal.timeout(340_000)

let kzg: Kzg
let hashes: Uint8Array[]
beforeAll(async () => {
  kzg = rememberingKzg(createKzg({ log: silentLog }, { precompute: false }))
  hashes = await hashesOf(kzg)
})
afterAll(() => kzg?.close())

const onStage = <T>(beacons: readonly Replies[], use: (stage: BeaconStage) => Promise<T>, options?: StageOptions) =>
  onBeaconStage({ kzg, hashes }, beacons, use, options)

const read = ({ reader, pointer }: BeaconStage) => reader.read(pointer(), patience())
const isData = (bytes: Uint8Array) => expect(Buffer.compare(bytes, data)).toBe(0)
const real: StageOptions = { slots: 'beacon', chain: { roots: true } }
const status = (code: number, message = 'no') => errorOf(code, message)

/** Longest that a source may take in these tests; others answer at once. */
const timeoutMs = 2_000

const badAnswers: ReadonlyArray<readonly [string, Reply, string]> = [
  ['a wrong blob', { body: stranger }, 'DA_CORRUPT'],
  ['a wrong blob as JSON', jsonOf(stranger), 'DA_CORRUPT'],
  ['a short one', { body: blobs[0]!.slice(0, -1) }, 'DA_CORRUPT'],
  ['a long one', { body: Buffer.concat([blobs[0]!, Uint8Array.of(0)]) }, 'DA_CORRUPT'],
  ['an endless one', { write: writeEndlessly }, 'DA_CORRUPT'],
  ['nothing', { body: '' }, 'DA_MISSING'],
  ['404 for a block that it has', status(404), 'DA_UNAVAILABLE'],
  ['400', status(400), 'DA_UNAVAILABLE'],
  ['410', status(410), 'DA_PRUNED'],
  ['429', status(429), 'DA_UNAVAILABLE'],
  ['500', status(500), 'DA_UNAVAILABLE'],
  ['a cut connection', { write: (response) => response.destroy() }, 'DA_UNAVAILABLE'],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'DA_UNAVAILABLE'],
  ['a page', { type: 'text/html', body: '<html>' }, 'DA_UNAVAILABLE'],
  ['one byte after another, without end', { write: trickle }, 'DA_UNAVAILABLE'],
  ['no answer', { write: () => undefined }, 'DA_UNAVAILABLE'],
]

describe('a source that gives', () => {
  const known = new Set(['head', root(100)])
  const bad = (reply: Reply) => beaconWith(known, () => reply)

  test.each(badAnswers)('%s › is a coded fault in bounded time', async (_what, reply, code) => {
    await onStage(
      [bad(reply)],
      async (stage) => {
        const started = performance.now()
        expect(await faultOf(read(stage))).toMatchObject({ code })
        // One request for blobs at most waits until its bound.
        expect(performance.now() - started).toBeLessThan(timeoutMs + 20_000)
      },
      { ...real, timeoutMs },
    )
  })

  test.each(badAnswers)('beacon › next source › %s', async (_what, reply) => {
    const good = beaconWith(known, serving(root(100)))
    await onStage([bad(reply), good], async (stage) => isData(await read(stage)), { ...real, timeoutMs })
  })
})

describe('beacon', () => {
  test('404 with a known block is unavailable', async () => {
    const lacking = beaconWith(new Set(['head', root(100)]), () => status(404, 'not enough data columns'))
    await onStage(
      [lacking],
      async (stage) => expect(await faultOf(read(stage))).toMatchObject({ code: 'DA_UNAVAILABLE' }),
      real,
    )
  })

  test('404 with a known block, older than blobs are kept › is DA_PRUNED', async () => {
    const pruning = beaconWith(new Set(['head', root(100)]), () => status(404, 'blobs not found'))
    await onStage([pruning], async (stage) => expect(await faultOf(read(stage))).toMatchObject({ code: 'DA_PRUNED' }), {
      ...real,
      now: 1_200 + 1_572_865,
    })
  })

  test('whose chain ends before the block › is DA_NOT_YET', async () => {
    const at = (slot: number): Replies => {
      const timing = { 'config/spec': { SECONDS_PER_SLOT: '12' }, 'beacon/genesis': { genesis_time: '0' } }
      const head = { header: { message: { slot: `${slot}` } } }
      return (_block, _blob, path) => {
        const told = Object.entries({ ...timing, 'headers/head': head }).find(([end]) => path.endsWith(end))
        return told === undefined ? status(404) : { type: 'application/json', body: JSON.stringify({ data: told[1] }) }
      }
    }
    const faultAt = (slot: number) => onStage([at(slot)], async (stage) => faultOf(read(stage)), real)
    expect(await faultAt(99)).toMatchObject({ code: 'DA_NOT_YET' })
    expect(await faultAt(100)).toMatchObject({ code: 'DA_MISSING' })
  })

  /** Knows its head and nothing else. */
  const empty = beaconWith(new Set(['head']), () => status(404))

  test('one that cannot be asked beside one that has nothing › is DA_UNAVAILABLE: absence is not known', async () => {
    await onStage(
      [() => status(500), empty],
      async (stage) =>
        expect(await faultOf(read(stage))).toMatchObject({
          code: 'DA_UNAVAILABLE',
          reason: expect.stringContaining('source 1'),
        }),
      real,
    )
  })

  test('one left out beside one that has nothing › is DA_UNAVAILABLE, and is not asked', async () => {
    await onStage(
      [() => status(500), empty],
      async (stage) => {
        for (let i = 0; i < 5; i++) await faultOf(read(stage))
        const [before] = stage.requests
        expect(await faultOf(read(stage))).toMatchObject({
          code: 'DA_UNAVAILABLE',
          reason: expect.stringContaining('source 1 failed again and again'),
        })
        expect(stage.requests[0]).toBe(before)
      },
      real,
    )
  })

  test('429 with Retry-After › is not asked before that', async () => {
    let calls = 0
    const busy: Replies = (_block, _blob, path) => {
      if (!path.includes('/blobs/')) return { status: 404 }
      calls += 1
      return { status: 429, headers: { 'retry-after': '60' } }
    }
    await onStage([busy], async (stage) => {
      expect(await faultOf(read(stage))).toMatchObject({ code: 'DA_UNAVAILABLE' })
      expect(await faultOf(read(stage))).toMatchObject({
        code: 'DA_UNAVAILABLE',
        reason: expect.stringContaining('asked for a pause'),
      })
      expect(calls).toBe(1)
      await stage.clock.advance(60_000)
      await faultOf(read(stage))
      expect(calls).toBe(2)
    })
  })

  test('what each source answers › is counted', async () => {
    await onStage([() => ({ body: stranger }), serving()], async (stage) => {
      await read(stage)
      const metrics = await stage.registry.metrics()
      expect(metrics).toContain('{layer="ethereum-blobs",source="source 1",answer="corrupt"} 2')
      expect(metrics).toContain('{layer="ethereum-blobs",source="source 2",answer="served"} 2')
    })
  })
})

describe('archive', () => {
  const archives = [() => status(404), serving(root(100))]

  test('next URL', async () => {
    await onStage([() => status(410)], async (stage) => isData(await read(stage)), { ...real, archives })
  })

  test('is asked only for what beacon nodes do not serve', async () => {
    await onStage(
      [serving()],
      async (stage) => {
        isData(await read(stage))
        expect(stage.requests.slice(1)).toEqual([0, 0])
      },
      { archives },
    )
  })

  test('is checked as everybody is', async () => {
    await onStage(
      [() => status(410)],
      async (stage) => expect(await faultOf(read(stage))).toMatchObject({ code: 'DA_CORRUPT' }),
      { ...real, archives: [() => ({ body: stranger })] },
    )
  })
})

/** A log whose errors are kept. */
function keepingErrors() {
  const errors: unknown[] = []
  const stream = { write: (line: string) => void errors.push(JSON.parse(line)) }
  return { errors, log: pino({ level: 'error' }, stream) }
}

describe('alarm', () => {
  test('only an archive has what beacon nodes should still have › the log says so, once', async () => {
    const { errors, log } = keepingErrors()
    const archives = [serving(root(100))]
    await onStage(
      [beaconWith(new Set(['head', root(100)]), () => ({ body: '' }))],
      async (stage) => {
        await read(stage)
        expect(errors).toEqual([])
        await read(stage)
        await read(stage)
        expect(errors).toMatchObject([{ source: 'source 2', msg: expect.stringContaining('only an archive') }])
      },
      { ...real, archives, log },
    )
  })

  test('what is older than blobs are kept › is an archive’s, without alarm', async () => {
    const { errors, log } = keepingErrors()
    const options = { ...real, archives: [serving(root(100))], log, now: 1_200 + 1_572_865 }
    await onStage(
      [() => status(410)],
      async (stage) => {
        for (let i = 0; i < 3; i++) isData(await read(stage))
        expect(errors).toEqual([])
      },
      options,
    )
  })

  test('beacon › start says which source cannot serve', async () => {
    const { errors, log } = keepingErrors()
    const known = new Set(['head', root(100)])
    const lacking = beaconWith(known, () => status(404, 'not enough data columns'))
    await onStage([beaconWith(known, serving(root(100))), lacking], async ({ check }) => check(), {
      slots: 'beacon',
      chain: { roots: true, head: 110 },
      log,
    })
    expect(errors).toMatchObject([{ source: 'source 2', msg: expect.stringContaining('all data columns') }])
  })
})

describe('reader', () => {
  test('empty slot beside the block', async () => {
    // The slot before is empty: the next L1 block names the beacon block all the same.
    const served = beaconWith(new Set(['head', root(100)]), serving(root(100)))
    await onStage([served], async (stage) => isData(await read(stage)), real)
  })

  test('a pointer beyond the L1’s head › is DA_NOT_YET', async () => {
    await onStage(
      [() => status(404)],
      async ({ reader, pointer }) =>
        expect(await faultOf(reader.read(pointer(230), patience()))).toMatchObject({ code: 'DA_NOT_YET' }),
      { chain: { moved: 999 } },
    )
  })
})
