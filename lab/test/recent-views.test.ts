import { BlockHeaderType } from '@parley/protocol'
import { expect, test } from 'vitest'
import { RecentViews } from '../src/observe/recent-views.ts'
import type { SealedChainView } from '../src/observe/sealed.ts'

const view = (number: bigint, messages: number, timestamp = number): SealedChainView => ({
  header: { ...BlockHeaderType.defaultValue(), number, timestamp },
  shardRoots: [],
  messages,
})

test('recent views › give what was seen up to the block that stays, and never what was built on another one', () => {
  const views = new RecentViews()
  for (const [number, messages] of [[5n, 50], [6n, 60], [7n, 70], [8n, 80]] as const) views.add(view(number, messages), 5n) // biome-ignore format: pairs
  expect(views.backTo(view(6n, 0).header)).toEqual(view(6n, 60))
  // Behind it nothing is remembered of the lineage that ended.
  expect(views.backTo(view(7n, 0).header)).toBeUndefined()
  views.add(view(7n, 75), 5n)
  expect(views.backTo(view(7n, 0, 9n).header)).toBeUndefined()
  expect(views.backTo(view(7n, 0).header)?.messages).toBe(75)
})

test('recent views › forget what is final', () => {
  const views = new RecentViews()
  for (const number of [5n, 6n, 7n]) views.add(view(number, 1), 5n)
  views.add(view(8n, 1), 7n)
  expect(views.backTo(view(6n, 1).header)).toBeUndefined()
  views.add(view(9n, 1), 7n)
  expect(views.backTo(view(9n, 1).header)).toBeDefined()
})
