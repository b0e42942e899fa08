import { type ClientHttp2Session, connect } from 'node:http2'
import { retryAfterMs } from '@parley/http'
import type { Clock } from '@parley/runtime'
import { importPKCS8, SignJWT } from 'jose'
import { PushError } from '../faults.ts'
import { type Outcome, outcomeOf, type PushService, type TargetOf } from './target.ts'

export interface ApnsOptions {
  /** `https://api.push.apple.com`, or that of the sandbox. */
  readonly url: string
  /** Key of Apple's developer account: the PEM of a .p8 file, its id and the team's. */
  readonly key: string
  readonly keyId: string
  readonly teamId: string
  /** Bundle id of the application. */
  readonly topic: string
  readonly keepSeconds: number
  readonly timeoutMs: number
}

/** Apple takes a token for an hour, and refuses whoever makes one more often than every 20 minutes. */
const tokenMs = 40 * 60_000
const payload = JSON.stringify({ aps: { 'content-available': 1 } })

/** Apple's push service, over one connection of HTTP/2. @throws {PushError} `PUSH_KEY_INVALID`. */
export async function apnsService(clock: Clock, options: ApnsOptions): Promise<PushService<TargetOf<'apns'>>> {
  const key = await importPKCS8(options.key, 'ES256').catch((cause: unknown): never => {
    const reason = 'it is no key of P-256 as PKCS #8 in PEM'
    throw new PushError({ code: 'PUSH_KEY_INVALID', service: 'apns', reason }, { cause })
  })
  const token = async (): Promise<string> => {
    const seconds = Math.floor(clock.now() / 1_000)
    const jwt = new SignJWT().setProtectedHeader({ alg: 'ES256', kid: options.keyId })
    return jwt.setIssuer(options.teamId).setIssuedAt(seconds).sign(key)
  }
  return new Apns(clock, options, token)
}

class Apns implements PushService<TargetOf<'apns'>> {
  private session: ClientHttp2Session | undefined
  private bearer: { readonly token: Promise<string>; readonly madeAt: number } | undefined
  private readonly clock: Clock
  private readonly options: ApnsOptions
  private readonly newToken: () => Promise<string>

  constructor(clock: Clock, options: ApnsOptions, newToken: () => Promise<string>) {
    this.clock = clock
    this.options = options
    this.newToken = newToken
  }

  check({ token }: TargetOf<'apns'>): void {
    if (!/^(?:[0-9a-fA-F]{2}){16,100}$/.test(token))
      throw new PushError({ code: 'TARGET_INVALID', field: 'token', expected: '16 to 100 bytes as hex' })
  }

  async wake({ token }: TargetOf<'apns'>, signal: AbortSignal): Promise<Outcome> {
    const { topic, keepSeconds } = this.options
    const expires = Math.floor(this.clock.now() / 1_000) + keepSeconds
    const answer = await this.post(
      {
        ':method': 'POST',
        ':path': `/3/device/${token}`,
        authorization: `bearer ${await this.token()}`,
        'apns-topic': topic,
        'apns-push-type': 'background',
        // A background notification with another one is refused.
        'apns-priority': '5',
        'apns-expiration': String(expires),
        'apns-collapse-id': 'wake',
      },
      signal,
    )
    if (answer.reason === 'BadDeviceToken' || answer.reason === 'DeviceTokenNotForTopic') return { kind: 'gone' }
    return outcomeOf(answer, [410])
  }

  close(): void {
    this.session?.destroy()
  }

  private token(): Promise<string> {
    const now = this.clock.now()
    if (this.bearer === undefined || now - this.bearer.madeAt >= tokenMs)
      this.bearer = { token: this.newToken(), madeAt: now }
    return this.bearer.token
  }

  private connection(): ClientHttp2Session {
    if (this.session === undefined || this.session.closed || this.session.destroyed) {
      this.session = connect(this.options.url)
      // The requests over it fail by it.
      this.session.on('error', () => undefined)
      this.session.unref()
    }
    return this.session
  }

  private async post(
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ status: number; retryAfterMs: number | undefined; reason: string | undefined }> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs)
    const stream = this.connection().request(headers, { signal: AbortSignal.any([signal, timeout]) })
    try {
      let status = 0
      let after: string | undefined
      stream.on('response', (answered) => {
        status = Number(answered[':status'])
        after = answered['retry-after'] as string | undefined
      })
      stream.end(payload)
      let text = ''
      for await (const chunk of stream) text += String(chunk)
      const waits = after === undefined ? undefined : retryAfterMs(after, this.clock.now(), 0)
      return { status, retryAfterMs: waits, reason: reasonOf(text) }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  }
}

function reasonOf(text: string): string | undefined {
  if (text === '') return undefined
  try {
    return (JSON.parse(text) as { reason?: string }).reason
  } catch (error) {
    // Nothing that Apple says; the status tells enough.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
