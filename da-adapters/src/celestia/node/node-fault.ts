import { type ExchangeError, retryAfterMs } from '@parley/http'

/** Why a celestia-node gave nothing that can be used. */
export type NodeFaultKind =
  /** It has no such blob at a height that it has. */
  | 'not found'
  /** The height is not there yet, or the node is behind. */
  | 'not yet'
  /** The height is below what this node keeps. */
  | 'pruned'
  /** It does not serve this caller: token, permission, method. Nothing was done. */
  | 'refused'
  /** The account cannot pay. Nothing was done. */
  | 'no funds'
  /** The price is below what it takes. Nothing was done. */
  | 'price too low'
  /** The request did not get there, or was turned away before it was read. */
  | 'not taken'
  /** Nobody knows what became of the request. */
  | 'unclear'
  /** The answer is not of its form. */
  | 'nonsense'

/** The message may be shown to anyone: it has neither token nor URL. */
export class NodeFault extends Error {
  override readonly name = 'NodeFault'
  readonly kind: NodeFaultKind
  /** Milliseconds that the node asked to be left alone. */
  readonly retryAfterMs: number | undefined

  constructor(kind: NodeFaultKind, message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options)
    this.kind = kind
    this.retryAfterMs = options?.retryAfterMs
  }
}

/** celestia-node has one code for everything that its methods say, so there are only its texts; one that is not here is unclear. */
const texts: readonly (readonly [RegExp, NodeFaultKind])[] = [
  [/blob: not found/, 'not found'],
  [/from the future|syncing in progress/, 'not yet'],
  [/below Tail/i, 'pruned'],
  [/missing permission/, 'refused'],
  [/insufficient funds/, 'no funds'],
  [/insufficient fee|gas price .*(?:too low|exceeds)/, 'price too low'],
]

/** Of JSON-RPC itself: unknown method, wrong parameters. */
const frameworkCodes = new Set([-32_601, -32_602, -32_600])

const maxTextLength = 300

export function faultSaid(code: number, message: string): NodeFault {
  const text = `the node says: ${message.slice(0, maxTextLength)}`
  if (frameworkCodes.has(code)) return new NodeFault('refused', text)
  return new NodeFault(texts.find(([pattern]) => pattern.test(message))?.[1] ?? 'unclear', text)
}

/** Of a header that says nothing that can be read. */
const defaultPauseMs = 1_000

/** Statuses with which a request was turned away unread: no token, no such place, too many. */
const turnedAway = new Map<number, NodeFaultKind>([
  [401, 'refused'],
  [403, 'refused'],
  [404, 'not taken'],
  [429, 'not taken'],
])

export function faultOfStatus(status: number, headers: Headers, shown: string): NodeFault {
  const cure = status === 401 ? ': it wants another token' : ''
  const message = `${shown} answered ${status} without JSON-RPC${cure}`
  const asked = headers.get('retry-after')
  return new NodeFault(turnedAway.get(status) ?? 'unclear', message, {
    ...(asked !== null && { retryAfterMs: retryAfterMs(asked, Date.now(), defaultPauseMs) }),
  })
}

export function faultOfExchange(error: ExchangeError): NodeFault {
  const taken = error.neverSent || error.kind === 'tls' || error.kind === 'redirected'
  return new NodeFault(taken ? 'not taken' : 'unclear', error.message, { cause: error })
}
