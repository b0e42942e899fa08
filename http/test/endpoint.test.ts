import { describe, expect, test } from 'vitest'
import { endpointOf } from '../src/index.ts'

describe('endpoint', () => {
  test.each([
    ['http://host:8545', 'http://host:8545', 'http://host:8545/eth/v1/x'],
    ['http://host:8545/', 'http://host:8545', 'http://host:8545/eth/v1/x'],
    ['https://host/v3/KEY', 'https://host/…', 'https://host/v3/KEY/eth/v1/x'],
    ['https://host/v3/KEY/', 'https://host/…', 'https://host/v3/KEY/eth/v1/x'],
    ['https://host/?apikey=KEY', 'https://host/…', 'https://host/eth/v1/x?apikey=KEY'],
    ['https://host/a/b?apikey=KEY', 'https://host/…', 'https://host/a/b/eth/v1/x?apikey=KEY'],
    ['http://[::1]:8545', 'http://[::1]:8545', 'http://[::1]:8545/eth/v1/x'],
  ])('%s › keeps path and query, and shows neither', (text, shown, at) => {
    const endpoint = endpointOf(text)
    expect(endpoint.shown).toBe(shown)
    expect(endpoint.at('/eth/v1/x')).toBe(at)
    expect(endpoint.at('eth/v1/x')).toBe(at)
    expect(endpoint.headers).toEqual({})
  })

  test('queries › of the URL and of the path are joined', () => {
    expect(endpointOf('http://h/p?k=1&l=2').at('x?versioned_hashes=0x01')).toBe(
      'http://h/p/x?k=1&l=2&versioned_hashes=0x01',
    )
  })

  test.each([
    ['http://user:pass@host/x', 'user:pass'],
    ['http://us%40er:p%C3%A4ss%3A@host', 'us@er:päss:'],
    ['http://user:100%@host', 'user:100%'],
    ['http://token@host', 'token:'],
  ])('credentials of %s › become a header and are nowhere else', (text, plain) => {
    const endpoint = endpointOf(text)
    const given = endpoint.headers.authorization?.replace('Basic ', '') ?? ''
    expect(Buffer.from(given, 'base64').toString('utf8')).toBe(plain)
    expect(endpoint.url).not.toContain('@')
    expect(endpoint.shown).not.toContain('@')
    expect(endpoint.at('x')).not.toContain('@')
  })

  test.each(['', 'host:8545', 'ftp://host', 'http://', 'secret-key'])(
    '%s › is refused without being repeated',
    (text) => {
      expect(() => endpointOf(text)).toThrow(/^is no/)
    },
  )
})
