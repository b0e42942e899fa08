import { guardBounds } from '@parley/api/options'
import { addresses, type Defaulted, defaulted, integer } from './setting.ts'

const bounded = (name: keyof typeof guardBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = guardBounds[name]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** What addresses, connections and requests may cost any server. */
export const httpSettings = {
  'http.trustedProxies': defaulted(
    [],
    addresses({
      about: 'Proxies whose X-Forwarded-For is believed, addresses or networks, separated by commas.',
    }),
  ),
  'http.metricsPort': integer(0, 65_535, {
    about:
      'TCP port that alone serves /metrics, 0 any free one. When left out the main port + 50; where that is 0, the main port serves them, too.',
  }),
  'http.headersTimeoutMs': bounded(
    'headersTimeoutMs',
    'Milliseconds in which the head of a request must have come in.',
  ),
  'http.requestTimeoutMs': bounded('requestTimeoutMs', 'Milliseconds in which a whole request must have come in.'),
  'http.keepAliveMs': bounded('keepAliveMs', 'Milliseconds that a connection without a request stays open.'),
  'http.stalledMs': bounded(
    'stalledMs',
    'Milliseconds without any byte leaving after which a connection with an unsent answer is cut.',
  ),
  'http.maxConnections': bounded(
    'maxConnections',
    'TCP connections at most; fewer when the process may open fewer files.',
  ),
  'http.maxConnectionsPerAddress': bounded(
    'maxConnectionsPerAddress',
    'TCP connections of one IPv4 address or one IPv6 network of 64 bits; a trusted proxy has no bound.',
  ),
  'http.maxRequestsPerConnection': bounded(
    'maxRequestsPerConnection',
    'Requests of one connection that are worked on at once; those sent ahead wait.',
  ),
  'http.maxWaitingPerAddress': bounded(
    'maxWaitingPerAddress',
    'Requests sent ahead by one address that wait; a connection that sends more is closed.',
  ),
  'http.maxHeldBytes': bounded('maxHeldBytes', 'Bytes of bodies and answers held at once; as many for feeds.'),
  'http.maxHeldBytesPerAddress': bounded('maxHeldBytesPerAddress', 'Of those, by address.'),
  'http.quotaBurst': bounded(
    'quotaBurst',
    'Tokens that one address may use at once: a message is 1, with a junk signature 100, a request 16 or more.',
  ),
  'http.quotaPerSecond': bounded('quotaPerSecond', 'Tokens a second that one address may use in the long run.'),
  'http.quotaSources': bounded('quotaSources', 'Addresses remembered at most.'),
} as const
