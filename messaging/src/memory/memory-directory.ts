import { type Bytes20, toHex } from '@parley/protocol/light'
import type { OwnInstallation } from '../keys/installation.ts'
import type { Clock } from '../ports/clock.ts'
import type { Directory, DirectoryAnswer } from '../ports/directory.ts'

/** A directory in memory, for tests and simulations. */
export class MemoryDirectory implements Directory {
  private readonly entries = new Map<string, readonly OwnInstallation[]>()
  private readonly clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock
  }

  register(installation: OwnInstallation): void {
    const name = toHex(installation.identity)
    this.entries.set(name, [...(this.entries.get(name) ?? []), installation])
  }

  revoke({ identity, signing }: OwnInstallation): void {
    const name = toHex(identity)
    const isOther = (each: OwnInstallation): boolean => toHex(each.signing.key) !== toHex(signing.key)
    this.entries.set(name, (this.entries.get(name) ?? []).filter(isOther))
  }

  async installations(identity: Bytes20): Promise<DirectoryAnswer> {
    const found = this.entries.get(toHex(identity)) ?? []
    return {
      installations: found.map(({ signing }) => signing.key),
      fallbacks: found.map(({ fallback }) => fallback.key),
      seenAt: this.clock.now(),
    }
  }
}
