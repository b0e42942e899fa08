import { confirm } from '@parley/client'
import type { Hash } from 'viem'
import type { Person } from './person.ts'

/** Sends transactions one after the other and keeps what each kind of them took. */
export class Meter {
  readonly gas: Record<string, number> = {}

  /** Waits for a transaction; the first of a name counts. @throws {ClientError} what sending and waiting throw. */
  async run(name: string, { client }: Person, sent: Promise<Hash>): Promise<void> {
    const { gasUsed } = await confirm(client, { hash: await sent })
    this.gas[name] ??= Number(gasUsed)
  }
}
