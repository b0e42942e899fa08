import type { Millis } from '@parley/protocol/light'
import type { Pulse } from '@parley/runtime'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import { MessagingError } from '../faults.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import { type Evidence, type Provider, sameProvider, type Withheld } from './provider.ts'

export interface ProvidersDeps {
  readonly store: Store
  readonly clock: Clock
  readonly changed: Pulse
}

/** A provider, and why it was switched away from. */
export interface KnownProvider extends Provider {
  readonly aside: boolean
}

interface Kept {
  /** Events so far. */
  readonly count: number
  readonly aside: readonly (Withheld & { readonly since: Millis })[]
}

const stateKey = 'providers'
/** Milliseconds in which the same of one provider is reported once. */
const quietMs = 3_600_000n

/** Who serves this device: what they are reported for, and who was switched away from. */
export class Providers {
  private readonly deps: ProvidersDeps
  private readonly known: Provider[] = []
  private readonly listeners: (() => void)[] = []
  private readonly reported = new Map<string, Millis>()
  private kept: Kept = { count: 0, aside: [] }
  private turn: Promise<unknown> = Promise.resolve()

  constructor(deps: ProvidersDeps) {
    this.deps = deps
  }

  async open(): Promise<void> {
    const bytes = await this.deps.store.get(stateKey)
    if (bytes !== undefined) this.kept = decodeValue(bytes) as Kept
  }

  /** Adds those that there are. @param arrange - Is called whenever somebody was switched away from. */
  add(kind: Provider['kind'], names: readonly string[], arrange: () => void): void {
    this.known.push(...names.map((name) => ({ kind, name })))
    this.listeners.push(arrange)
    arrange()
  }

  get all(): readonly KnownProvider[] {
    return this.known.map((each) => ({ ...each, aside: this.isAside(each) }))
  }

  isAside(provider: Provider): boolean {
    return this.kept.aside.some((each) => sameProvider(each.provider, provider))
  }

  /** Keeps evidence against a provider as an event, once in a while. */
  report(provider: Provider, evidence: Evidence): Promise<void> {
    const name = `${provider.kind}/${provider.name}/${evidence.reason}`
    const now = this.deps.clock.now()
    const last = this.reported.get(name)
    if (last !== undefined && now < last + quietMs) return Promise.resolve()
    this.reported.set(name, now)
    return this.alone(async () => {
      const { count } = this.kept
      const next = { ...this.kept, count: count + 1 }
      await this.deps.store.write([
        { key: eventKey(count), value: encodeValue({ provider, evidence }) },
        { key: stateKey, value: encodeValue(next) },
      ])
      this.kept = next
      this.deps.changed.beat()
    })
  }

  /** What was reported, by its number from 0; undefined while it was not. */
  async event(number: number): Promise<Withheld | undefined> {
    const bytes = await this.deps.store.get(eventKey(number))
    return bytes && (decodeValue(bytes) as Withheld)
  }

  /** Asks a provider last from now on, and keeps why. @throws {MessagingError} `PROVIDER_UNKNOWN`. */
  switchFrom(provider: Provider, evidence: Evidence): Promise<void> {
    const { kind, name } = provider
    if (kind !== 'pds' && !this.known.some((each) => sameProvider(each, provider)))
      throw new MessagingError({ code: 'PROVIDER_UNKNOWN', kind, name })
    return this.alone(async () => {
      const others = this.kept.aside.filter((each) => !sameProvider(each.provider, provider))
      await this.keep([...others, { provider: { kind, name }, evidence, since: this.deps.clock.now() }])
    })
  }

  /** Asks a provider in its turn again. */
  switchBack(provider: Provider): Promise<void> {
    return this.alone(() => this.keep(this.kept.aside.filter((each) => !sameProvider(each.provider, provider))))
  }

  private async keep(aside: Kept['aside']): Promise<void> {
    const next = { ...this.kept, aside }
    await this.deps.store.write([{ key: stateKey, value: encodeValue(next) }])
    this.kept = next
    for (const arrange of this.listeners) arrange()
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => undefined)
    return result
  }
}

function eventKey(number: number): string {
  return `withheld/${number.toString().padStart(10, '0')}`
}
