import { expect, test } from 'vitest'
import { mediaTypeOf, prefersOctets } from '../src/server/media.ts'

test.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/html', false],
  ['application/json', false],
  ['application/octet-stream', true],
  ['Application/Octet-Stream', true],
  ['application/octet-stream;q=0.1, application/json', false],
  ['application/octet-stream;q=0.9, application/json;q=0.5', true],
  ['application/octet-stream;q=0', false],
  ['application/octet-stream, */*;q=0.1', true],
])('media › Accept %s asks for octets: %s', (accept, asked) => {
  expect(prefersOctets(accept)).toBe(asked)
})

test('media › a content type is its type and subtype in lower case', () => {
  expect(mediaTypeOf('Application/JSON ; charset=utf-8')).toBe('application/json')
  expect(mediaTypeOf(undefined)).toBe('')
})
