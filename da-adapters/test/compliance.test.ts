import { join } from 'node:path'
import { DaError, type DataAvailability } from '@parley/protocol'
import { daCompliance } from '@parley/protocol/compliance'
import { describe, expect, test } from 'vitest'
import { directoryHarness, directoryTraits, urlHarness, urlTraits } from './support/local-harness.ts'
import { scratchDirectory } from './support/scratch.ts'

type Defect = (da: DataAvailability) => Partial<DataAvailability>

/** The cases that an adapter with this defect fails. */
async function failuresWith(defect: Defect): Promise<string[]> {
  await using scratch = await scratchDirectory()
  const harness = directoryHarness(join(scratch.path, 'da'), (da) => ({ ...da, ...defect(da) }))
  const failed: string[] = []
  for (const { name, run } of daCompliance(() => harness, directoryTraits)) await run().catch(() => failed.push(name))
  return failed
}

let publications = 0
const kept = new Map<string, Uint8Array>()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const never = new AbortController().signal

const defects: ReadonlyArray<readonly [string, Defect, string]> = [
  [
    'loses the last byte',
    (da) => ({ retrieve: async (...asked) => (await da.retrieve(...asked)).slice(0, -1) }),
    'submit › one byte comes back byte for byte',
  ],
  [
    'gives everybody the same array',
    (da) => ({
      async retrieve(pointer, signal) {
        const key = hex(pointer)
        const data = kept.get(key) ?? (await da.retrieve(pointer, signal))
        kept.set(key, data)
        return data
      },
    }),
    'submit › neither keeps the bytes nor shares them',
  ],
  [
    'takes the whole buffer of a view',
    (da) => ({ submit: (data, options, signal) => da.submit(new Uint8Array(data.buffer.slice(0)), options, signal) }),
    'submit › takes views into larger buffers',
  ],
  [
    'takes more than it says',
    (da) => ({ limits: () => ({ ...da.limits(), maxBytes: da.limits().maxBytes - 1 }) }),
    'submit › one byte more than allowed is DA_TOO_LARGE',
  ],
  [
    'takes nothing for something',
    (da) => ({
      submit: (data, options, signal) => da.submit(data.length === 0 ? Uint8Array.of(0) : data, options, signal),
    }),
    'submit › nothing is DA_EMPTY',
  ],
  [
    'publishes the same bytes again',
    (da) => ({
      async submit(...asked) {
        const receipt = await da.submit(...asked)
        return { ...receipt, height: BigInt(publications++) }
      },
    }),
    'submit › the same bytes twice are one publication',
  ],
  [
    'calls a malformed pointer missing',
    (da) => ({
      async retrieve(pointer, signal) {
        if (pointer.length !== 37) throw new DaError({ code: 'DA_MISSING', layer: 'local', pointer })
        return da.retrieve(pointer, signal)
      },
    }),
    'retrieve › a malformed pointer is DA_POINTER_INVALID',
  ],
  [
    'calls corrupt data missing',
    (da) => ({
      async retrieve(pointer, signal) {
        try {
          return await da.retrieve(pointer, signal)
        } catch (error) {
          if (error instanceof DaError && error.fault.code === 'DA_CORRUPT')
            throw new DaError({ code: 'DA_MISSING', layer: 'local', pointer })
          throw error
        }
      },
    }),
    'retrieve › data that does not match is DA_CORRUPT, until the right data is served',
  ],
  [
    'says that everything is there',
    (da) => ({
      async status(...asked) {
        const status = await da.status(...asked)
        return status === 'lost' ? 'final' : status
      },
    }),
    'status › follows what the layer serves',
  ],
  [
    'does not look at the signal',
    (da) => ({ submit: (data, options) => da.submit(data, options, never) }),
    'abort › an aborted signal stops every method at once',
  ],
  [
    'rejects an abort with an error of its own',
    (da) => ({
      retrieve: (...asked) =>
        da.retrieve(...asked).catch((error: unknown) => {
          throw error instanceof DaError ? error : new Error('aborted')
        }),
    }),
    'abort › an aborted signal stops every method at once',
  ],
  [
    'asks less for more',
    (da) => ({
      quote: async (...asked) => ({
        ...(await da.quote(...asked)),
        cost: { token: 'none' as const, amount: BigInt(1_000_000 - asked[0]) },
      }),
    }),
    'quote › never falls as bytes grow',
  ],
]

describe('compliance suite', () => {
  test.each(defects)('an adapter that %s › fails it', async (_what, defect, name) => {
    expect(await failuresWith(defect)).toContain(name)
  })

  test.each([
    [
      'calls an error of who serves it missing',
      async (da: DataAvailability, ...asked: Parameters<DataAvailability['retrieve']>) =>
        da.retrieve(...asked).catch((error: unknown) => {
          if (!(error instanceof DaError) || error.fault.code !== 'DA_UNAVAILABLE') throw error
          throw new DaError({ code: 'DA_MISSING', layer: 'local', pointer: asked[0] })
        }),
      /slow: DA_MISSING/,
    ],
    [
      'gives what it is served',
      async (da: DataAvailability, ...asked: Parameters<DataAvailability['retrieve']>) =>
        da.retrieve(...asked).catch((error: unknown) => {
          if (!(error instanceof DaError) || error.fault.code !== 'DA_CORRUPT') throw error
          return new Uint8Array(7)
        }),
      /wrong: 7 bytes/,
    ],
    [
      'waits for ever',
      async (da: DataAvailability, ...asked: Parameters<DataAvailability['retrieve']>) =>
        da.retrieve(...asked).catch((error: unknown) => {
          if (!(error instanceof DaError) || error.fault.code !== 'DA_UNAVAILABLE') throw error
          return new Promise<Uint8Array>((_, reject) =>
            asked[1].addEventListener('abort', () => reject(asked[1].reason)),
          )
        }),
      /slow: TimeoutError/,
    ],
  ] as const)('an adapter that %s › fails it', async (_what, retrieve, words) => {
    await using scratch = await scratchDirectory()
    const sound = await urlHarness(join(scratch.path, 'da'))
    const openImpatient = async () => {
      const da = await sound.openImpatient?.()
      if (da === undefined) throw new TypeError('the harness has no bad answers')
      return { ...da, retrieve: (...asked: Parameters<typeof da.retrieve>) => retrieve(da, ...asked) }
    }
    try {
      const cases = daCompliance(() => ({ ...sound, openImpatient }), urlTraits)
      const answers = cases.find(({ name }) => name.includes('hanging answers'))
      await expect(answers?.run()).rejects.toThrow(words)
    } finally {
      await sound.close()
    }
  })

  test('an adapter that calls what is out of reach lost › fails it', async () => {
    await using scratch = await scratchDirectory()
    const sound = await urlHarness(join(scratch.path, 'da'))
    const unreachableIsLost = (da: DataAvailability): DataAvailability => ({
      ...da,
      status: (...asked) =>
        da.status(...asked).catch((error: unknown) => {
          if (error instanceof DaError && error.fault.code === 'DA_UNAVAILABLE') return 'lost' as const
          throw error
        }),
    })
    const harness = { ...sound, open: async () => unreachableIsLost(await sound.open()) }
    try {
      const reach = daCompliance(() => harness, urlTraits).find(({ name }) => name.startsWith('reach'))
      await expect(reach?.run()).rejects.toThrow('status')
    } finally {
      await sound.close()
    }
  })
})
