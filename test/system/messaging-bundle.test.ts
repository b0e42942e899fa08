import { describe, expect, test } from 'vitest'
import { weighForBrowser } from './support/bundle.ts'

describe('all of @parley/messaging in a page', () => {
  test('needs nothing of Node, and weighs at most 250 kB after gzip', async () => {
    const { atStart, whole, external } = await weighForBrowser('@parley/messaging')
    expect(external).toEqual([])
    expect(atStart).toBeLessThanOrEqual(250_000)
    // Suites that groups here do not have come with a group that has them.
    expect(whole).toBeGreaterThan(atStart)
  })

  test('what needs Node is found', async () => {
    expect((await weighForBrowser('@parley/content/server')).external).not.toEqual([])
  })
})
