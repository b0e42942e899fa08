import { expect, test } from 'vitest'
import { originsOf, placesOf } from '../src/places/places.ts'

const address = `0x${'1a'.repeat(20)}` as const
const given = {
  chainId: 901,
  l2Url: 'http://127.0.0.1:1',
  contracts: { rollup: address, directory: address, inbox: address },
  sequencer: 'http://127.0.0.1:2',
  relay: 'http://127.0.0.1:3',
  node: 'http://127.0.0.1:4',
  gateways: [{ url: 'http://127.0.0.1:5', key: address }, { url: 'http://127.0.0.1:6' }],
  contents: ['http://127.0.0.1:7'],
  pds: { url: 'http://127.0.0.1:8', key: address },
}

test('places › are read as `parley dev` writes them', () => {
  expect(placesOf(given)).toEqual(given)
  const { relay, node, pds, ...least } = given
  expect(placesOf(least)).toEqual(least)
})

const refused: readonly [string, object][] = [
  ['pigeon', { ...given, pigeon: 'http://127.0.0.1:9' }],
  ['chainId', { ...given, chainId: 0 }],
  ['l2Url', { ...given, l2Url: 'ftp://127.0.0.1' }],
  ['contracts.inbox', { ...given, contracts: { ...given.contracts, inbox: '0x1a' } }],
  ['gateways', { ...given, gateways: [] }],
  ['gateways.0.key', { ...given, gateways: [{ url: given.l2Url, key: '0x' }] }],
  ['contents', { ...given, contents: Array.from({ length: 17 }, () => given.l2Url) }],
  ['pds.key', { ...given, pds: { url: given.l2Url } }],
]

test.each(refused)('places › %s is refused by its name', (field, value) => {
  expect(() => placesOf(value)).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'PLACES_INVALID', field }) }),
  )
})

test('origins › sockets go to those that feed', () => {
  expect(originsOf(placesOf(given))).toEqual([
    'http://127.0.0.1:1',
    'http://127.0.0.1:2',
    'http://127.0.0.1:3',
    'http://127.0.0.1:4',
    'http://127.0.0.1:5',
    'http://127.0.0.1:6',
    'http://127.0.0.1:7',
    'ws://127.0.0.1:2',
    'ws://127.0.0.1:3',
  ])
})
