import type { Store } from '@parley/messaging'

/** How the identity signs. */
export type KeptWallet =
  | { readonly kind: 'own'; readonly secret: `0x${string}` }
  | { readonly kind: 'injected'; readonly address: `0x${string}` }

const prefix = 'page/'

/** What the page keeps of its own beside what the messenger keeps. */
export class OwnData {
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
  }

  wallet(): Promise<KeptWallet | undefined> {
    return this.read('wallet')
  }

  keepWallet(wallet: KeptWallet): Promise<void> {
    return this.write('wallet', wallet)
  }

  /** Names that this user gave to identities, by address. */
  async names(): Promise<Readonly<Record<string, string>>> {
    return (await this.read('names')) ?? {}
  }

  keepNames(names: Readonly<Record<string, string>>): Promise<void> {
    return this.write('names', names)
  }

  /** Messages of each conversation that were seen, by its place. */
  async seen(): Promise<Readonly<Record<string, number>>> {
    return (await this.read('seen')) ?? {}
  }

  keepSeen(seen: Readonly<Record<string, number>>): Promise<void> {
    return this.write('seen', seen)
  }

  private async read<T>(name: string): Promise<T | undefined> {
    const bytes = await this.store.get(prefix + name)
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T)
  }

  private write(name: string, value: unknown): Promise<void> {
    return this.store.write([{ key: prefix + name, value: new TextEncoder().encode(JSON.stringify(value)) }])
  }
}
