import { createSequencerClient } from '@parley/client'
import { type BlockHeader, BlockHeaderType } from '@parley/protocol'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Every header that the sequencer ever showed, by lineage and number. */
export class SeenHeaders {
  private readonly roots = new Map<string, Set<string>>()

  record(header: BlockHeader): void {
    const place = `${hex(header.lineage)}/${header.number}`
    const roots = this.roots.get(place) ?? new Set()
    this.roots.set(place, roots)
    roots.add(hex(BlockHeaderType.hashTreeRoot(header)))
  }

  /** Numbers under which more than one header was shown. */
  get doubled(): number {
    return [...this.roots.values()].filter((roots) => roots.size > 1).length
  }

  /** Asks for all blocks from the first to the last one sealed, as they are told now. */
  async readAll(sequencerUrl: string, signal: AbortSignal): Promise<void> {
    const client = createSequencerClient({ url: sequencerUrl })
    for (let number = 1n; ; number += 1n) {
      const sealed = await client.block(number, signal)
      if (sealed === undefined) return
      this.record(sealed.block.header)
    }
  }
}
