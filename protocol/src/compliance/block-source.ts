import assert from 'node:assert/strict'
import type { BlockSource } from '../interfaces/block-source.ts'
import type { SealedBlock } from '../types/block.ts'
import { BlockView } from '../view/block-view.ts'
import type { ComplianceCase } from './case.ts'
import { rejectsWithCode, sameRecord } from './expect.ts'

/** What the suite needs behind a block source. Each case leases a harness of its own. */
export interface BlockSourceHarness {
  readonly source: BlockSource
  /** Seals the next block, number 1 first, and returns it. */
  seal(): Promise<SealedBlock>
  /** Makes the source forget blocks before `before`. */
  forget(before: bigint): Promise<void>
  dispose(): Promise<void>
}

/** Milliseconds within which a source must give what it has, or end when told to. */
const patienceMs = 10_000

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what}: nothing within ${patienceMs} ms`)), patienceMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function sameBlock(received: BlockView | undefined, expected: SealedBlock): void {
  assert.ok(received !== undefined, 'the source ended')
  sameRecord(received.bytes, BlockView.encode(expected).bytes)
}

/** Takes blocks one by one and ends the iteration whatever happens. */
async function reading(
  harness: BlockSourceHarness,
  from: bigint,
  use: (next: () => Promise<BlockView | undefined>, abort: () => void) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  const iterator = harness.source.blocks(from, controller.signal)[Symbol.asyncIterator]()
  const next = async (): Promise<BlockView | undefined> => {
    const result = await within(iterator.next(), 'next block')
    return result.done === true ? undefined : result.value
  }
  try {
    await use(next, () => controller.abort())
  } finally {
    controller.abort()
    await iterator.return?.()
  }
}

type Check = (harness: BlockSourceHarness) => Promise<void>

const checks: Record<string, Check> = {
  'blocks › come in order, without gaps, byte for byte': async (harness) => {
    const sealed = [await harness.seal(), await harness.seal(), await harness.seal()]
    await reading(harness, 1n, async (next) => {
      for (const expected of sealed) sameBlock(await next(), expected)
    })
  },
  'blocks › begin where they are asked to': async (harness) => {
    await harness.seal()
    const second = await harness.seal()
    await reading(harness, 2n, async (next) => sameBlock(await next(), second))
  },
  'blocks › one not yet sealed is waited for': async (harness) => {
    await harness.seal()
    await reading(harness, 2n, async (next) => {
      const waiting = next()
      const second = await harness.seal()
      sameBlock(await waiting, second)
      const third = await harness.seal()
      sameBlock(await next(), third)
    })
  },
  'blocks › two readers do not disturb one another': async (harness) => {
    const first = await harness.seal()
    await reading(harness, 1n, async (one) => {
      await reading(harness, 1n, async (other) => {
        sameBlock(await one(), first)
        sameBlock(await other(), first)
      })
      const second = await harness.seal()
      sameBlock(await one(), second)
    })
  },
  'blocks › waiting ends when the signal does': async (harness) => {
    await harness.seal()
    await reading(harness, 2n, async (next, abort) => {
      const waiting = next()
      abort()
      assert.equal(await waiting, undefined)
    })
  },
  'blocks › one that is gone is a coded fault, never a gap': async (harness) => {
    for (let i = 0; i < 3; i += 1) await harness.seal()
    await harness.forget(3n)
    await reading(harness, 1n, async (next) => {
      await rejectsWithCode(['BLOCK_FORGOTTEN'], next)
    })
  },
}

/**
 * The suite that every `BlockSource` passes.
 * @param lease - Gives a fresh harness for each case; the case disposes of it.
 */
export function blockSourceCompliance(lease: () => Promise<BlockSourceHarness>): readonly ComplianceCase[] {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    async run() {
      const harness = await lease()
      try {
        await check(harness)
      } finally {
        await harness.dispose()
      }
    },
  }))
}
