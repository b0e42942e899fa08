import { endpointOf } from '@parley/http'

/** Replaces keys in text that is about to leave the process. */
export type Redact = (text: string) => string

const isUrl = /^https?:\/\//

/** Shorter parts of a path are names of versions and routes, and stand in other texts as well. */
const leastKeyLength = 8

/**
 * The one place that keeps the credentials and keys of configured URLs out of logs, faults and output: whatever is written
 * goes through it, so that a library that repeats a URL gives nothing away.
 * @param config - All configuration values by section and name.
 */
export function createRedact(config: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Redact {
  const values = Object.values(config).flatMap((section) => Object.values(section).flat())
  const urls = values.filter((value): value is string => typeof value === 'string' && isUrl.test(value))
  const replacements = new Map(urls.flatMap(secretsOf))
  // The longest first: a whole URL before a part of it.
  const secrets = [...replacements.keys()].sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return (text) => text
  const pattern = new RegExp(secrets.map(escaped).join('|'), 'g')
  return (text) => text.replace(pattern, (secret) => replacements.get(secret) ?? '…')
}

/** Texts that give a key away, each with what is written in its place. */
function secretsOf(text: string): [string, string][] {
  const { shown } = endpointOf(text)
  const url = new URL(text)
  const { host, pathname, search, username, password } = url
  if (shown === url.origin && username === '' && password === '') return []
  const place = `${pathname === '/' ? '' : pathname}${search}`
  const whole: [string, string][] = [
    [text, shown],
    [url.href, shown],
    [`${url.origin}${pathname}${search}`, shown],
  ]
  if (place !== '') whole.push([`${host}${place}`, `${host}/…`])
  if (username !== '') whole.push([text.slice(text.indexOf('//') + 2, text.lastIndexOf('@') + 1), ''])
  const parts = [
    ...[username, password].flatMap((part) => [part, decoded(part)]).filter((part) => part.length >= 4),
    ...pathname.split('/').filter((part) => part.length >= leastKeyLength),
    ...[...url.searchParams.values()].filter((part) => part.length >= 4),
  ]
  return [...whole, ...parts.map((part): [string, string] => [part, '…'])]
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign: it was pasted as it is.
    return part
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
