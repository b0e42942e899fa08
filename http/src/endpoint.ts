/** A server that was configured by URL. */
export interface Endpoint {
  /** Where requests go: without credentials, with the path and the query that were configured. */
  readonly url: string
  /** What every request carries: credentials of the URL as basic authorization. */
  readonly headers: Readonly<Record<string, string>>
  /** What faults, logs and output may say of it: its origin. Keys stand in credentials, paths and queries. */
  readonly shown: string
  /** URL of `path` below the configured path, with the configured query kept. `path` may have a query of its own. */
  at(path: string): string
}

/**
 * Reads a configured URL.
 * @throws {TypeError} when it is no http, https, ws or wss URL; the message does not repeat it.
 */
export function endpointOf(text: string): Endpoint {
  const url = parse(text)
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  const bare = url.pathname === '/' && url.search === ''
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  return {
    url: bare ? url.origin : url.href,
    headers: username === '' && password === '' ? {} : { authorization: basic(username, password) },
    shown: bare ? url.origin : `${url.origin}/…`,
    at(path) {
      const [place = '', query = ''] = path.replace(/^\/+/, '').split('?', 2)
      const queries = [url.search.slice(1), query].filter((each) => each !== '')
      return `${base}/${place}${queries.length === 0 ? '' : `?${queries.join('&')}`}`
    },
  }
}

const schemes = new Set(['http:', 'https:', 'ws:', 'wss:'])

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new TypeError('is no URL')
  const url = new URL(text)
  if (!schemes.has(url.protocol)) throw new TypeError('is no http, https, ws or wss URL')
  return url
}

function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

/** What a part of a URL stands for; a stray percent sign stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Malformed escapes are common in passwords that were pasted as they are.
    return part
  }
}
