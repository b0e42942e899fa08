import { type Bytes20, toHex } from '@parley/protocol/light'
import type { Clock } from '../ports/clock.ts'
import type { Directory, DirectoryAnswer, Installation } from '../ports/directory.ts'

/** A directory in memory, for tests and simulations. */
export class MemoryDirectory implements Directory {
  private readonly entries = new Map<string, Installation[]>()
  private readonly clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock
  }

  register(identity: Bytes20, installation: Installation): void {
    const name = toHex(identity)
    this.entries.set(name, [...(this.entries.get(name) ?? []), installation])
  }

  revoke(identity: Bytes20, key: Uint8Array): void {
    const name = toHex(identity)
    const rest = (this.entries.get(name) ?? []).filter((each) => toHex(each.key) !== toHex(key))
    this.entries.set(name, rest)
  }

  async installations(identity: Bytes20): Promise<DirectoryAnswer> {
    return { installations: this.entries.get(toHex(identity)) ?? [], seenAt: this.clock.now() }
  }
}
