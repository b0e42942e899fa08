import { describe, expect, test } from 'vitest'
import { createRedact } from '../src/process/redact.ts'

const of = (...urls: string[]) => createRedact({ l2: Object.fromEntries(urls.map((url, i) => [`url${i}`, url])) })

describe('redact', () => {
  test.each([
    'https://user:hunter22@host.example/rpc',
    'https://host.example/v3/0123456789abcdef',
    'https://host.example/?apikey=TOKEN123',
    'https://us%40er:p%C3%A4ss%3A@host.example',
    'https://host.example/v3/KEY',
  ])('%s › appears nowhere, whole or in parts', (url) => {
    const redact = of(url)
    const { pathname, search, username, password } = new URL(url)
    const text = `URL: ${url} then ${url}/more, "${new URL(url).href}" and ${url.slice(8)}`
    const shown = redact(text)
    for (const part of [username, decodeURIComponent(password), search.slice(1), pathname.slice(4)])
      if (part !== '') expect(shown).not.toContain(part)
    expect(shown).toContain('host.example')
  })

  test('URLs in a list › are kept out as single ones are', () => {
    const relays = ['https://user:hunter22@one.example/v3/KEYKEYKEY', 'https://two.example/?apikey=TOKEN123']
    const shown = createRedact({ sequencer: { relays, nodes: [] } })(JSON.stringify({ unasked: relays }))
    expect(shown).not.toMatch(/hunter22|KEYKEYKEY|TOKEN123/)
    expect(JSON.parse(shown)).toEqual({ unasked: ['https://one.example/…', 'https://two.example/…'] })
  })

  test('URLs without keys, and other text › stay as they are', () => {
    const text = 'http://127.0.0.1:8545 answered 0x1234 for /v1/status'
    expect(of('http://127.0.0.1:8545', 'http://[::1]:9000/')(text)).toBe(text)
  })

  test('a part of a path that is the name of a version › stays where it stands alone', () => {
    expect(of('https://host.example/v1')('GET /v1/status')).toBe('GET /v1/status')
  })
})
