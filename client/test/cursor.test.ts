import type { Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { addWaypoint, decodeCursor, encodeCursor, type Waypoint, type Waypoints } from '../src/invites/cursor.ts'

const waypoint = (n: number): Waypoint => ({
  position: { blockNumber: BigInt(n), blockHash: new Uint8Array(32).fill(n % 256) },
  count: BigInt(n),
  head: `0x${(n % 256).toString(16).padStart(2, '0').repeat(32)}`,
})

describe('cursor', () => {
  test('cursor › comes back as it was', () => {
    const waypoints = [1, 2, 300].map(waypoint)
    expect(decodeCursor(encodeCursor(waypoints))).toEqual(waypoints)
  })

  test('cursor › keeps the latest waypoints, and older ones the further apart the older they are', () => {
    let waypoints: Waypoints = [waypoint(0)]
    for (let n = 1; n <= 10_000; n += 1) waypoints = addWaypoint(waypoints, waypoint(n))
    const numbers = waypoints.map(({ position }) => Number(position.blockNumber))
    expect(numbers.length).toBeLessThanOrEqual(32)
    expect(numbers.slice(-16)).toEqual(Array.from({ length: 16 }, (_, i) => 9_985 + i))
    expect(numbers[0]).toBe(0)
    const gaps = numbers.slice(1).map((number, i) => number - (numbers[i] as number))
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a))
  })

  const row = ['1', `0x${'aa'.repeat(32)}`, '2', `0x${'bb'.repeat(32)}`]
  test.each<[string, unknown]>([
    ['a number that is none', [row.with(0, '-1')]],
    ['a number as a number', [[1, ...row.slice(1)]]],
    ['a hash that is short', [row.with(1, '0xaa')]],
    ['a head in capitals', [row.with(3, (row[3] as Hex).toUpperCase())]],
    ['a field too few', [row.slice(0, 3)]],
    ['too many rows', Array.from({ length: 33 }, () => row)],
    ['no list of rows', { 0: row }],
  ])('cursor › %s is refused', (_, rows) => {
    expect(() => decodeCursor(JSON.stringify(rows))).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'ARGUMENT_INVALID', field: 'cursor' }) }),
    )
  })
})
