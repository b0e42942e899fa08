import { createHash, timingSafeEqual } from 'node:crypto'
import { type PushKind, pushKinds, RequestError } from '@parley/api'
import { fromHex, toHex } from '@parley/protocol/light'
import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { PushError } from './faults.ts'
import { createMetrics } from './metrics.ts'
import { type PushOptions, type PushSettings, settingsOf } from './options.ts'
import { Registrations } from './registrations/registrations.ts'
import type { PushService, PushServices, Registered } from './targets/target.ts'
import { Waker } from './wake/waker.ts'
import { FeedWatch } from './wake/watch-feed.ts'

export interface PushDeps {
  /** Of a relay, or of a sequencer: its feed is followed. */
  readonly feedUrl: string
  /** Ways of waking. */
  readonly services: PushServices
  readonly db: BytesLevel
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** Webhooks that are asked at once whether they want to be woken. */
const confirmAtOnce = 16
const retryAfterMs = 1_000

/** Registrations, and who wakes them. */
export class Push {
  readonly deps: PushDeps
  readonly settings: PushSettings
  readonly registrations: Registrations
  private readonly waker: Waker
  private readonly watch: FeedWatch
  private confirming = 0

  private constructor(deps: PushDeps, settings: PushSettings, registrations: Registrations) {
    this.deps = deps
    this.settings = settings
    this.registrations = registrations
    const metrics = createMetrics(deps.registry, { registrations, waiting: () => this.waker.waiting })
    this.waker = new Waker({ ...deps, registrations, metrics }, settings)
    const { feedUrl: url, clock, log } = deps
    this.watch = new FeedWatch({ url, clock, log }, this.waker)
  }

  /** @throws {PushError} `OPTION_OUT_OF_RANGE`, `RECORD_INVALID`. */
  static async open(deps: PushDeps, options: PushOptions = {}): Promise<Push> {
    const settings = settingsOf(options)
    return new Push(deps, settings, await Registrations.open(deps.db, settings))
  }

  get kinds(): readonly PushKind[] {
    return pushKinds.filter((kind) => this.deps.services[kind] !== undefined)
  }

  get unreadyBecause(): string | undefined {
    const { away } = this.watch
    return away === undefined ? undefined : `the feed cannot be followed: ${away}`
  }

  /**
   * Takes a registration in place of the one before, or ends it.
   * @param name - SHA-256 of the secret.
   * @throws {RequestError} `UNAUTHORIZED`, `FIELD_INVALID`, `OVERLOADED`; {PushError} `TARGET_UNSUPPORTED`, `TARGET_INVALID`, `TARGET_UNCONFIRMED`, `REGISTRATIONS_FULL`.
   */
  async register(
    { name, authorization, address }: { name: Uint8Array; authorization: string | undefined; address: string },
    registered: Registered,
    signal: AbortSignal,
  ): Promise<void> {
    assertSecret(name, authorization)
    const key = toHex(name)
    if (registered.buckets.length === 0) return this.registrations.remove(key)
    this.assertFields(registered)
    const { target } = registered
    const service = this.deps.services[target.kind] as PushService | undefined
    if (service === undefined) throw new PushError({ code: 'TARGET_UNSUPPORTED', kind: target.kind, kinds: this.kinds })
    service.check(target.value)
    this.registrations.assertRoom(key, address)
    await this.confirm(key, target, service, signal)
    await this.registrations.keep(key, registered, address)
  }

  /** Follows the feed and wakes until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.watch.run(signal), this.waker.run(signal)])
  }

  private assertFields({ buckets, expires }: Registered): void {
    const invalid = (field: string, expected: string): RequestError =>
      new RequestError({ code: 'FIELD_INVALID', field, expected })
    for (const [i, { bits, prefix }] of buckets.entries())
      if (prefix >= 2 ** bits) throw invalid(`buckets[${i}].prefix`, `below 2^${bits}`)
    const now = BigInt(this.deps.clock.now())
    const { maxExpiryMs } = this.settings
    if (expires <= now || expires > now + BigInt(maxExpiryMs))
      throw invalid('expires', `within ${maxExpiryMs} ms from now`)
  }

  private async confirm(
    name: string,
    target: Registered['target'],
    service: PushService,
    signal: AbortSignal,
  ): Promise<void> {
    const before = this.registrations.get(name)?.target
    if (service.confirm === undefined || (before !== undefined && isSame(before, target))) return
    if (this.confirming >= confirmAtOnce)
      throw new RequestError({ code: 'OVERLOADED', what: 'confirmations under way', retryAfterMs })
    this.confirming += 1
    try {
      await service.confirm(target.value, signal)
    } finally {
      this.confirming -= 1
    }
  }
}

const textOf = (target: Registered['target']): string =>
  JSON.stringify(target, (_, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value))
const isSame = (a: Registered['target'], b: Registered['target']): boolean => textOf(a) === textOf(b)

const secretBytes = 32

/** @throws {RequestError} `UNAUTHORIZED` unless the bearer token is the secret whose SHA-256 is the name. */
function assertSecret(name: Uint8Array, authorization: string | undefined): void {
  const given = /^Bearer (0x[0-9a-f]+)$/.exec(authorization ?? '')?.[1]
  const secret = given === undefined ? undefined : fromHex(given)
  const isIt = secret?.length === secretBytes && timingSafeEqual(createHash('sha256').update(secret).digest(), name)
  if (!isIt) throw new RequestError({ code: 'UNAUTHORIZED' })
}
