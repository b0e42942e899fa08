import type { Store } from '@parley/messaging'

/** How the identity signs. */
export type KeptWallet =
  | { readonly kind: 'own'; readonly secret: `0x${string}` }
  | { readonly kind: 'injected'; readonly address: `0x${string}` }

/** An own text that was not seen in the record yet. */
export interface WaitingText {
  /** Of the conversation. */
  readonly talk: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/** One thing that is kept. */
export interface Kept<T> {
  get(): Promise<T>
  set(value: T): Promise<void>
}

const prefix = 'page/'

/** What the page keeps of its own beside what the messenger keeps. */
export class OwnData {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  get wallet(): Kept<KeptWallet | undefined> {
    return this.kept('wallet', undefined)
  }

  /** Names that this user gave to identities, by address. */
  get names(): Kept<Readonly<Record<string, string>>> {
    return this.kept('names', {})
  }

  /** Safety numbers that were compared, by conversation and address. */
  get compared(): Kept<Readonly<Record<string, string>>> {
    return this.kept('compared', {})
  }

  /** Messages of each conversation that were seen, by its place. */
  get seen(): Kept<Readonly<Record<string, number>>> {
    return this.kept('seen', {})
  }

  get waiting(): Kept<readonly WaitingText[]> {
    return this.kept('waiting', [])
  }

  /** Reports of servers that were dismissed. */
  get noticed(): Kept<number> {
    return this.kept('noticed', 0)
  }

  /** Whether the user was shown the recovery key. */
  get keyShown(): Kept<boolean> {
    return this.kept('key-shown', false)
  }

  private kept<T>(name: string, unset: T): Kept<T> {
    const key = prefix + name
    return {
      get: async () => {
        const bytes = await this.store.get(key)
        return bytes === undefined ? unset : (JSON.parse(new TextDecoder().decode(bytes)) as T)
      },
      set: (value) => this.store.write([{ key, value: new TextEncoder().encode(JSON.stringify(value)) }]),
    }
  }
}
