import type { KnownProvider, Messenger, Withheld } from '@parley/messaging'
import type { OwnData } from '../session/own-data.ts'
import { isPassing } from './fault-words.ts'

/** Milliseconds between looks whether the servers answer again. */
const lookEveryMs = 2_000

export interface ServersDeps {
  readonly messenger: Messenger
  readonly own: OwnData
  /** Resolves when the sequencer answers. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>
  readonly signal: AbortSignal
  readonly changed: () => void
}

/** Who serves this device: whether they answer, and what they are reported for. */
export class Servers {
  private readonly deps: ServersDeps
  private readonly reported: Withheld[] = []
  /** How many of those the user has seen. */
  private noticed = 0
  private troubled = false
  private looking: ReturnType<typeof setTimeout> | undefined

  constructor(deps: ServersDeps) {
    this.deps = deps
    const { signal, changed } = deps
    for (const type of ['online', 'offline']) addEventListener(type, changed, { signal })
    signal.addEventListener('abort', () => clearTimeout(this.looking), { once: true })
  }

  async open(): Promise<void> {
    this.noticed = await this.deps.own.noticed.get()
  }

  /** `offline`: this device has no network. `troubled`: a server did not answer, and was not reached since. */
  get state(): 'fine' | 'troubled' | 'offline' {
    if (!navigator.onLine) return 'offline'
    return this.troubled ? 'troubled' : 'fine'
  }

  get all(): readonly KnownProvider[] {
    return this.deps.messenger.providers
  }

  /** What was reported and not dismissed. */
  get notices(): readonly Withheld[] {
    return this.reported.slice(this.noticed)
  }

  take(withheld: Withheld): void {
    this.reported.push(withheld)
    this.deps.changed()
  }

  async dismiss(): Promise<void> {
    this.noticed = this.reported.length
    this.deps.changed()
    await this.deps.own.noticed.set(this.noticed)
  }

  /** Asks a provider last from now on. */
  async switchFrom({ provider, evidence }: Withheld): Promise<void> {
    await this.deps.messenger.switchProvider(provider, evidence)
    this.deps.changed()
  }

  async switchBack(provider: KnownProvider): Promise<void> {
    await this.deps.messenger.switchBack(provider)
    this.deps.changed()
  }

  /** A part stopped for a while. What only the user can change is said where it was asked for. */
  trouble(error: unknown): void {
    if (!isPassing(error) || this.deps.signal.aborted) return
    this.troubled = true
    this.deps.changed()
    this.looking ??= setTimeout(() => void this.look(), lookEveryMs)
  }

  private async look(): Promise<void> {
    const { probe, signal, changed } = this.deps
    this.looking = undefined
    try {
      await probe(signal)
      this.troubled = false
      changed()
    } catch {
      // It is still away, which is shown; it is asked again.
      if (!signal.aborted) this.looking = setTimeout(() => void this.look(), lookEveryMs)
    }
  }
}
