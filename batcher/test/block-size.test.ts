import { BlockView, limits } from '@parley/protocol'
import { expect, test } from 'vitest'
import { partOverheadBytes, segmentsWithin, sizeOf } from '../src/block-size.ts'
import { sealedChain } from './support/chain.ts'

test.each([33, 64, 320, 1_000, 5_000])(
  'segmentsWithin › a block of %i messages fits every layer that has room for its segments',
  (messages) => {
    const [sealed] = sealedChain({ blocks: 1, messages })
    const block = BlockView.encode(sealed as NonNullable<typeof sealed>)
    const segments = block.runs.runs.reduce((sum, run) => sum + run.segments.length, 0)
    const size = sizeOf(block)
    const needed = partOverheadBytes + Math.max(size.coreBytes, size.witnessBytes)
    expect(segmentsWithin(needed - 1)).toBeLessThan(segments)
  },
)

/** Of six blobs, as docs/spec/da-ethereum-blobs.md has it. */
const blobBytes = 6 * 130_042

test('segmentsWithin › six blobs carry a third of the largest block, a layer of 16 MiB all of it', () => {
  const blobs = segmentsWithin(blobBytes)
  expect(blobs).toBe(380)
  expect(64 * limits.messagesPerSegment * blobs).toBeLessThan(blobBytes)
  expect(segmentsWithin(16 * 2 ** 20)).toBe(limits.segmentsPerBlock)
  expect(segmentsWithin(0)).toBe(0)
})
