import type { SequencerKey, SettlementReader } from '@parley/protocol'

/** Whose signatures count, as the L2 tells it; asked again when it may have changed. */
export class KeySchedule {
  private readonly settlement: Pick<SettlementReader, 'schedule'>
  private known: readonly SequencerKey[] | undefined
  private isStale = true

  constructor(settlement: Pick<SettlementReader, 'schedule'>) {
    this.settlement = settlement
  }

  /** What is known may have changed. */
  spoil(): void {
    this.isStale = true
  }

  /** @throws {CodedError} when it has to be asked for and the L2 does not answer. */
  async keys(signal: AbortSignal): Promise<readonly SequencerKey[]> {
    if (this.known !== undefined && !this.isStale) return this.known
    // What is announced while it is asked for spoils it again.
    this.isStale = false
    try {
      this.known = (await this.settlement.schedule(signal)).keys
      return this.known
    } catch (error) {
      this.isStale = true
      throw error
    }
  }
}
