/** What became of a request that got no usable answer. */
export type ExchangeFailure =
  /** Nobody listens there. */
  | 'refused'
  /** The host's name does not resolve. */
  | 'unknown host'
  /** The host cannot be reached. */
  | 'unreachable'
  /** No secure connection: wrong protocol or an untrusted certificate. */
  | 'tls'
  | 'timeout'
  /** The connection ended before the answer did. */
  | 'cut'
  | 'redirected'
  | 'too large'
  /** The answer is not of the form that was asked for. */
  | 'unreadable'
  /** The server asked for a pause. */
  | 'rate limited'
  | 'failed'

/** A request got no usable answer. The message may be shown to anyone: it has no key in it. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly kind: ExchangeFailure
  /** Milliseconds after which the server asked to be asked again; undefined when it did not. */
  readonly retryAfterMs: number | undefined

  constructor(kind: ExchangeFailure, message: string, retryAfterMs?: number) {
    super(message)
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }

  /** Whether no byte of the request can have been read. */
  get neverSent(): boolean {
    return this.kind === 'refused' || this.kind === 'unknown host' || this.kind === 'unreachable'
  }
}

const codes: Readonly<Record<string, ExchangeFailure>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  EAI_NODATA: 'unknown host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EPROTO: 'tls',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
  UND_ERR_SOCKET: 'cut',
}
const tls = /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/

const words: Readonly<Record<ExchangeFailure, string>> = {
  refused: 'refused the connection: nobody listens there',
  'unknown host': 'has a host name that does not resolve',
  unreachable: 'cannot be reached',
  tls: 'makes no secure connection: check http against https, and the certificate',
  timeout: 'did not answer in time',
  cut: 'closed the connection before it answered',
  redirected: 'redirects',
  'too large': 'answered more than is read',
  unreadable: 'answered something else',
  'rate limited': 'asks for a pause',
  failed: 'could not be asked',
}

/** Why `fetch` failed, from the codes of its causes; it says "fetch failed" and keeps the reason there. */
export function failureOf(error: unknown, shown: string): ExchangeError {
  if (error instanceof ExchangeError) return error
  const code = codeOf(error)
  const kind: ExchangeFailure = code === undefined ? 'failed' : (codes[code] ?? (tls.test(code) ? 'tls' : 'failed'))
  const why = code ?? (kind === 'failed' ? plainReason(error) : undefined)
  return new ExchangeError(kind, `${shown} ${words[kind]}${why === undefined ? '' : ` (${why})`}`)
}

/** The innermost message, unless it may repeat the URL. */
function plainReason(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.includes('://') ? undefined : text.slice(0, 200)
}

/** The first code in an error, what caused it, and what it gathers; hosts with two addresses fail with both. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 5) return undefined
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  if (typeof code === 'string' && code !== 'ERR_INVALID_URL') return code
  const inner = codeOf(cause, depth + 1)
  if (inner !== undefined || !Array.isArray(errors)) return inner
  for (const each of errors) {
    const found = codeOf(each, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
