import { join } from 'node:path'
import { DaError, type DataAvailability } from '@parley/protocol'
import { daCompliance } from '@parley/protocol/compliance'
import { describe, expect, test } from 'vitest'
import { checkCost } from '../src/fault.ts'
import { sha256 } from '../src/sha256.ts'
import { directoryHarness, directoryTraits, urlHarness, urlTraits, writeToken } from './support/local-harness.ts'
import { scratchDirectory } from './support/scratch.ts'

const pricedTraits = { ...directoryTraits, priced: true }

type Defect = (da: DataAvailability) => Partial<DataAvailability>

/** The cases that an adapter with this defect fails. */
async function failuresWith(defect: Defect, traits = directoryTraits): Promise<string[]> {
  await using scratch = await scratchDirectory()
  const harness = directoryHarness(join(scratch.path, 'da'), (da) => ({ ...da, ...defect(da) }))
  const failed: string[] = []
  for (const { name, run } of daCompliance(() => harness, traits)) await run().catch(() => failed.push(name))
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
  [
    'shares its limits with whoever asks',
    (da) => {
      const limits = { ...da.limits() }
      return { limits: () => limits }
    },
    'limits › may change between calls, and nobody else changes them',
  ],
  [
    'gives something for a pointer that names nothing',
    (da) => ({
      retrieve: (...asked) =>
        da.retrieve(...asked).catch((error: unknown) => {
          if (!(error instanceof DaError) || error.fault.code !== 'DA_MISSING') throw error
          return new Uint8Array(7)
        }),
    }),
    'retrieve › a pointer with any bit changed finds no other bytes',
  ],
  [
    'forgets what it published when it is asked to abandon it',
    (da) => ({
      abandon: async (...asked) => ({ overhead: (await da.abandon(...asked)).overhead }),
    }),
    'abandon › what was published gives its receipt',
  ],
  [
    'calls nothing abandoned something',
    (da) => ({
      abandon: async (...asked) => {
        const receipt = { pointer: asked[0], height: 0n, cost: { token: 'none', amount: 0n } as const }
        return { receipt, ...(await da.abandon(...asked)) }
      },
    }),
    'abandon › what was never submitted has ended already',
  ],
  [
    'publishes anew whenever it was opened',
    (da) => {
      const opening = publications++
      return {
        submit: (data, options, signal) =>
          da.submit(data.length === 0 ? data : Uint8Array.from([...data, opening & 0xff]), options, signal),
        retrieve: async (...asked) => (await da.retrieve(...asked)).slice(0, -1),
      }
    },
    'crash › closing at any moment leaves one publication of each',
  ],
  [
    'takes more than it quoted',
    (da) => ({
      submit: async (...asked) => ({ ...(await da.submit(...asked)), cost: { token: 'none' as const, amount: 1n } }),
    }),
    'quote › is not less than what is paid',
  ],
  [
    'has a price of another token than it says',
    (da) => ({
      quote: async (...asked) => ({ ...(await da.quote(...asked)), cost: { token: 'eth' as const, amount: 0n } }),
    }),
    'quote › is not less than what is paid',
  ],
  [
    'refuses what is free where nothing may be paid',
    (da) => ({
      submit: (data, options, signal) => {
        if (options.maxCost?.amount === 0n) throw new DaError({ code: 'DA_REFUSED', layer: 'local', reason: 'planted' })
        return da.submit(data, options, signal)
      },
    }),
    'maxCost › of nothing is enough for what is free',
  ],
]

/** The directory at a wei a byte; what is published costs it once. */
function priced(da: DataAvailability): DataAvailability {
  const costOf = (bytes: number) => ({ token: 'eth', amount: BigInt(bytes) }) as const
  const known = new Set<string>()
  return {
    ...da,
    quote: async (...asked) => ({ ...(await da.quote(...asked)), cost: costOf(asked[0]) }),
    async submit(data, { maxCost }, signal) {
      const key = hex(data)
      if (!known.has(key)) checkCost('local', costOf(data.length), maxCost)
      const receipt = await da.submit(data, {}, signal)
      known.add(key)
      return { ...receipt, cost: costOf(data.length) }
    },
    async abandon(...asked) {
      const { receipt } = await da.abandon(...asked)
      const overhead = { token: 'eth', amount: 0n } as const
      // The pointer ends with the length.
      const bytes = receipt && Buffer.from(receipt.pointer).readUInt32BE(33)
      return { overhead, ...(receipt && { receipt: { ...receipt, cost: costOf(bytes ?? 0) } }) }
    },
  }
}

const pricedDefects: ReadonlyArray<readonly [string, Defect, string]> = [
  [
    'does not look at maxCost',
    (da) => ({ submit: (data, _options, signal) => da.submit(data, {}, signal) }),
    'maxCost › respected, with nothing sent',
  ],
  [
    'publishes before it looks at maxCost',
    (da) => ({
      async submit(data, options, signal) {
        if (options.maxCost?.amount === 1n) await da.submit(Uint8Array.from([...data, 1]), {}, signal)
        return da.submit(data, options, signal)
      },
    }),
    'maxCost › respected, with nothing sent',
  ],
  [
    'takes a limit in any token',
    (da) => ({
      submit: (data, { maxCost }, signal) =>
        da.submit(data, maxCost === undefined ? {} : { maxCost: { ...maxCost, token: 'eth' } }, signal),
    }),
    'maxCost › in another token is DA_REFUSED, with nothing sent',
  ],
]

/** The cases that the server's adapter with this defect fails, of those that begin like this. */
async function failuresOfUrl(defect: Defect, begins: string): Promise<string[]> {
  await using scratch = await scratchDirectory()
  const sound = await urlHarness(join(scratch.path, 'da'))
  const wrapped = async (open: (() => Promise<DataAvailability>) | undefined): Promise<DataAvailability> => {
    if (open === undefined) throw new TypeError('the harness has no bad answers')
    const da = await open()
    return { ...da, ...defect(da) }
  }
  const harness = { ...sound, open: () => wrapped(sound.open), openImpatient: () => wrapped(sound.openImpatient) }
  const failed: string[] = []
  try {
    for (const { name, run } of daCompliance(() => harness, urlTraits))
      if (name.startsWith(begins)) await run().catch(() => failed.push(name))
  } finally {
    await sound.close()
  }
  return failed
}

const urlDefects: ReadonlyArray<readonly [string, Defect, string]> = [
  [
    'calls an error lost',
    (da) => ({
      status: (...asked) =>
        da.status(...asked).catch((error: unknown) => {
          if (error instanceof DaError && error.fault.code === 'DA_UNAVAILABLE') return 'lost' as const
          throw error
        }),
    }),
    'status › lost never on an error',
  ],
  [
    'shows its token in a fault',
    (da) => ({
      retrieve: (...asked) =>
        da.retrieve(...asked).catch((cause: unknown) => {
          throw new DaError({ code: 'DA_UNAVAILABLE', layer: 'local', reason: `with ${writeToken}` }, { cause })
        }),
    }),
    'secrets › are in no fault',
  ],
  [
    'abandons something else',
    (da) => ({
      abandon: (digest, signal) =>
        da.abandon(
          digest.map((byte) => byte ^ 1),
          signal,
        ),
      submit: (data, options, signal) =>
        da.submit(data, options, signal).then((receipt) => ({ ...receipt, height: BigInt(publications++) })),
    }),
    'abandon › what was published gives its receipt',
  ],
  [
    'cannot publish again what was abandoned',
    (da) => {
      const ended = new Set<string>()
      return {
        abandon: (digest, signal) => {
          ended.add(hex(digest))
          return da.abandon(digest, signal)
        },
        submit: (data, options, signal) => {
          if (ended.has(hex(sha256(data))))
            throw new DaError({ code: 'DA_UNAVAILABLE', layer: 'local', reason: 'abandoned' })
          return da.submit(data, options, signal)
        },
      }
    },
    'abandon › ends with a receipt, or never lands',
  ],
]

describe('compliance suite', () => {
  test.each(pricedDefects)('a priced adapter that %s › fails it', async (_what, defect, name) => {
    expect(await failuresWith((da) => ({ ...priced(da), ...defect(priced(da)) }), pricedTraits)).toContain(name)
  })

  test('a priced adapter without a defect › passes it', async () => {
    expect(await failuresWith(priced, pricedTraits)).toEqual([])
  })

  test('an adapter that refuses what somebody else published, too › fails it', async () => {
    await using scratch = await scratchDirectory()
    const copied = new Set<string>()
    const refusing = (da: DataAvailability): DataAvailability => ({
      ...da,
      async submit(data, ...rest) {
        if (copied.has(hex(data))) throw new DaError({ code: 'DA_REFUSED', layer: 'local', reason: 'planted' })
        return da.submit(data, ...rest)
      },
    })
    const harness = {
      ...directoryHarness(join(scratch.path, 'da'), refusing),
      copy: async (data: Uint8Array) => void copied.add(hex(data)),
    }
    const copy = daCompliance(() => harness, { ...directoryTraits, copied: true }).find(({ name }) =>
      name.includes('by somebody else'),
    )
    await expect(copy?.run()).rejects.toThrow('planted')
  })

  test.each(urlDefects)('a server’s adapter that %s › fails it', async (_what, defect, name) => {
    expect(await failuresOfUrl(defect, name)).toEqual([name])
  })

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
