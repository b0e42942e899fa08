import { expect, test } from 'vitest'
import { connectionsWithin, guardOptions } from '../src/server/options.ts'

test.each([
  ['room for all', 1_000_000, 10_000],
  ['an ulimit of 1,024', 1_024, 896],
  ['an ulimit of 64', 64, 1],
])('connections › with %s leave files to stores, logs and other connections', (_, files, connections) => {
  expect(connectionsWithin(guardOptions({ maxConnections: 10_000 }), files)).toBe(connections)
})
