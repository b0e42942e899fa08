import { describe, expect, test } from 'vitest'
import { addressOf, numberOf, placeOf, shardAndIndexOf } from '../src/model/place.ts'

describe('places', () => {
  test.each([
    ['', { page: 'overview', which: [], from: undefined }],
    ['#/blocks?from=40', { page: 'blocks', which: [], from: '40' }],
    ['#/conversation/3/0', { page: 'conversation', which: ['3', '0'], from: undefined }],
  ])('%s › is a page', (hash, place) => {
    expect(placeOf(hash)).toEqual(place)
  })

  test('an address that names no page › is none', () => {
    expect(placeOf('#/nothing')).toBeUndefined()
  })

  test('an address › names the place again', () => {
    const address = addressOf('conversation', [3, 0], 50n)
    expect(placeOf(address)).toEqual({ page: 'conversation', which: ['3', '0'], from: '50' })
  })

  test.each(['', '-1', '01', '1.5', '1e3', '9'.repeat(20)])('%j › is no number', (text) => {
    expect(numberOf(text)).toBeUndefined()
  })

  test.each([['3'], ['3', 'x'], ['256', '0'], ['3', '4294967296']])('%j %j › is no shard and index', (...which) => {
    expect(shardAndIndexOf(which)).toBeUndefined()
  })
})
